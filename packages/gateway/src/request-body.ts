import type { IncomingMessage } from 'node:http';
import { Status } from 'nice-grpc-common';
import type { BodyBudget } from './body-budget.js';
import { badRequest, HttpError } from './http-error.js';

/** The caller went away before it had said everything. There is nobody to answer. */
export class ClientGone extends Error {}

const tooLarge = (maxBytes: number): HttpError =>
  new HttpError(Status.RESOURCE_EXHAUSTED, `request body is larger than ${maxBytes} bytes`, 413);

type Request = IncomingMessage & { body?: unknown };

/** Where a body comes from: an exchange. */
export interface BodySource {
  readonly request: IncomingMessage;
  readonly signal: AbortSignal;
  /** For all bodies that are being received. */
  readonly bodyBudget: BodyBudget;
}

/**
 * The text of a request's body; of one that a body parser before the gateway has already read, what it made of it.
 * Fails as {@link readBytes} does, and with 400 if it is not UTF-8.
 */
export async function readBody(source: BodySource, maxBytes: number): Promise<string> {
  const request: Request = source.request;
  if (request.readableEnded) return parsedBody(request.body, maxBytes);
  return decode(await readBytes(source, maxBytes));
}

/**
 * The bytes of a request's body. Fails with 413 as soon as it is over `maxBytes` (the rest is read and thrown away, so
 * that the caller gets to read the answer), with 429 if the budget has no room, with 415 if it is compressed, with
 * {@link ClientGone}, and when the signal fires.
 */
export async function readBytes(source: BodySource, maxBytes: number): Promise<Buffer> {
  const request: Request = source.request;
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new HttpError(Status.INVALID_ARGUMENT, 'a compressed request body is not supported', 415);
  }
  if (request.readableEnded) return parsedBytes(request.body, maxBytes);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    request.resume();
    throw tooLarge(maxBytes);
  }
  return collect(source, maxBytes);
}

function collect({ request, signal, bodyBudget }: BodySource, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let taken = 0;
    const settle = (outcome: () => void): void => {
      bodyBudget.release(taken);
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      signal.removeEventListener('abort', onGone);
      outcome();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      try {
        if (size > maxBytes) throw tooLarge(maxBytes);
        bodyBudget.take(chunk.length);
        taken += chunk.length;
        chunks.push(chunk);
      } catch (error) {
        settle(() => reject(error));
        request.resume();
      }
    };
    const onEnd = (): void =>
      settle(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    const onGone = (): void => settle(() => reject(new ClientGone()));
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
    signal.addEventListener('abort', onGone);
    if (request.destroyed || signal.aborted) onGone();
  });
}

/** The value as a body parser has left it. One that has decoded it has lost how it was written. */
function parsedBytes(body: unknown, maxBytes: number): Buffer {
  if (body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)) {
    throw new Error('a body parser before the gateway has decoded a value: mount the gateway before it');
  }
  const bytes = Buffer.from(body ?? '');
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

function parsedBody(body: unknown, maxBytes: number): string {
  if (body === undefined || body === null) return '';
  if (Buffer.isBuffer(body)) {
    if (body.length > maxBytes) throw tooLarge(maxBytes);
    return decode(body);
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (Buffer.byteLength(text) > maxBytes) throw tooLarge(maxBytes);
  return text;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('the request body is not UTF-8');
  }
}
