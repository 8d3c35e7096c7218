import { ConfigError, type Entry } from '@cfg/core';
import { Encoded, maxMessageBytes, type Entry as WireEntry } from '@cfg/proto';
import type { Encoder } from './encoder.js';
import { entryMessage } from './entry.js';

interface WithEntries {
  entries: WireEntry[];
}

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
}

/**
 * An answer that is a list of entries and some fields more: the entries' ready bytes, then those of `rest`. Throws
 * `resource_exhausted` where it would be larger than any peer takes.
 */
export function entriesAnswer<T extends WithEntries>(
  encoder: Encoder,
  codec: Codec<T>,
  entries: readonly Entry[],
  rest: Omit<T, 'entries'>,
): Encoded<T> {
  requireSendable(sizeOf(encoder, entries));
  const tail = (): Uint8Array => codec.encode({ ...rest, entries: [] as WireEntry[] } as T).finish();
  return new Encoded(
    // Callers in this process read the message, and need no bytes.
    () => joined([...entries.map((entry) => encoder.entryField(entry)), tail()]),
    () => ({ ...rest, entries: entries.map(entryMessage) }) as T,
  );
}

/** More than an entry has beside its value: names, author and comment as long as they may be. */
const besideValueBytes = 8 * 1024;

/** The size of the entries' messages, roughly; exactly where that decides whether they can be sent. */
function sizeOf(encoder: Encoder, entries: readonly Entry[]): number {
  const values = entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (values > maxMessageBytes || values + (entries.length + 1) * besideValueBytes <= maxMessageBytes) return values;
  return entries.reduce((sum, entry) => sum + encoder.entryField(entry).length, besideValueBytes);
}

/** The parts in one piece. Throws `resource_exhausted` over {@link maxMessageBytes}. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  requireSendable(size);
  return Buffer.concat(parts, size);
}

function requireSendable(size: number): void {
  if (size <= maxMessageBytes) return;
  throw new ConfigError(
    'resource_exhausted',
    `the answer is larger than ${maxMessageBytes} bytes; ask for smaller pages`,
  );
}
