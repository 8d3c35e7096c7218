import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type MessageName, type Messages, toJsonString } from '@cfg/proto';
import { compressor } from './compression.js';
import { OneByOne } from './one-by-one.js';

/** Answers that are a list of messages with values, which comes first in them: the list's name, and what its items are. */
const lists: Readonly<
  Partial<Record<MessageName, readonly [name: string, item: 'config.v1.Entry' | 'config.v1.AuditRecord']>>
> = {
  'config.v1.ListResponse': ['entries', 'config.v1.Entry'],
  'config.v1.SnapshotResponse': ['entries', 'config.v1.Entry'],
  'config.v1.GetVersionsResponse': ['entries', 'config.v1.Entry'],
  'config.v1.ListAuditResponse': ['records', 'config.v1.AuditRecord'],
};

/** Smaller answers are sent in one piece, in bytes of values. */
const largeBytes = 256 * 1024;
/** So much text is made at a time, roughly. */
const pieceLength = 64 * 1024;
/** Making a piece takes some tenths of a millisecond: however many callers read theirs at once, others come between. */
const turns = new OneByOne();

/** A large answer, while it is sent. */
export interface LargeAnswer {
  readonly pieces: Iterable<string>;
  /** The bytes in memory until the last piece is made. */
  readonly values: readonly Uint8Array[];
}

/**
 * The JSON text of a large answer in pieces, each of which is made when it is asked for: however many callers wait to
 * read theirs, what is in memory of them is the messages, which they share. Undefined for an answer that is not large.
 */
export function largeAnswer(type: MessageName, message: object): LargeAnswer | undefined {
  const [name, item] = lists[type] ?? [];
  if (name === undefined || item === undefined) return undefined;
  const items = (message as Record<string, Messages[typeof item][]>)[name] ?? [];
  let bytes = 0;
  for (const { value } of items) bytes += value.length;
  if (bytes < largeBytes) return undefined;
  return { pieces: piecesOf(type, message, name, item, items), values: items.map(({ value }) => value) };
}

function* piecesOf(
  type: MessageName,
  message: object,
  name: string,
  item: 'config.v1.Entry' | 'config.v1.AuditRecord',
  items: readonly object[],
): Generator<string, void, undefined> {
  const head = `{"${name}":[`;
  const rest = toJsonString(type, { ...message, [name]: [] } as never);
  let piece = head;
  for (const [at, each] of items.entries()) {
    if (at > 0) piece += ',';
    piece += toJsonString(item, each as never);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  // The list is the first field, and always written.
  yield piece + rest.slice(head.length);
}

async function* inTurns(pieces: Iterable<string>): AsyncGenerator<string, void, undefined> {
  const all = pieces[Symbol.iterator]();
  for (;;) {
    await turns.turn();
    const { done, value } = all.next();
    if (done) return;
    yield value;
  }
}

/** Sends pieces as fast as the caller reads; headers are written already. Resolves when all is sent, or cannot be. */
export async function sendPieces(
  response: ServerResponse,
  pieces: Iterable<string>,
  encoding: string | undefined,
): Promise<void> {
  const source = Readable.from(inTurns(pieces), { highWaterMark: 1 });
  try {
    if (encoding === undefined) await pipeline(source, response);
    else await pipeline(source, compressor(encoding), response);
  } catch {
    response.destroy(); // the caller has left
  }
}
