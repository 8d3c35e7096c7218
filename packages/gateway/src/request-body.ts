import type { IncomingMessage } from 'node:http';
import { Status } from 'nice-grpc-common';
import type { BodyBudget } from './body-budget.js';
import { badRequest, HttpError } from './http-error.js';

/** The caller went away before it had said everything. There is nobody to answer. */
export class ClientGone extends Error {}

/** How much a body may have, and how long it may take. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** 0: no limit. */
  readonly timeoutMs: number;
  /** For all bodies that are being received. */
  readonly budget: BodyBudget;
}

const tooSlow = (timeoutMs: number): HttpError =>
  new HttpError(Status.DEADLINE_EXCEEDED, `the request body did not arrive within ${timeoutMs} ms`, 408, {
    connection: 'close',
  });

const tooLarge = (maxBytes: number): HttpError =>
  new HttpError(Status.RESOURCE_EXHAUSTED, `request body is larger than ${maxBytes} bytes`, 413);

/**
 * The text of a request's body; of one that a body parser before the gateway has already read, what it made of it.
 * Fails with 413 as soon as it is over `maxBytes` (the rest is read and thrown away, so that the caller gets to read
 * the answer), with 408 if it takes too long, with 429 if there is no room, with 415 if it is compressed, with 400 if it is not UTF-8, and with {@link ClientGone}.
 */
export async function readBody(
  request: IncomingMessage & { body?: unknown },
  { maxBytes, timeoutMs, budget }: BodyLimits,
): Promise<string> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new HttpError(Status.INVALID_ARGUMENT, 'a compressed request body is not supported', 415);
  }
  if (request.readableEnded) return parsedBody(request.body, maxBytes);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    request.resume();
    throw tooLarge(maxBytes);
  }
  const bytes = await collect(request, { maxBytes, timeoutMs, budget });
  return decode(bytes);
}

function collect(request: IncomingMessage, { maxBytes, timeoutMs, budget }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let taken = 0;
    const settle = (outcome: () => void): void => {
      clearTimeout(timer);
      budget.release(taken);
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      outcome();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      try {
        if (size > maxBytes) throw tooLarge(maxBytes);
        budget.take(chunk.length);
        taken += chunk.length;
        chunks.push(chunk);
      } catch (error) {
        give(error);
      }
    };
    const give = (error: unknown): void => {
      chunks.length = 0;
      settle(() => reject(error));
      request.resume();
    };
    const timer = timeoutMs === 0 ? undefined : setTimeout(() => give(tooSlow(timeoutMs)), timeoutMs);
    const onEnd = (): void =>
      settle(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    const onGone = (): void => settle(() => reject(new ClientGone()));
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
    if (request.destroyed) onGone();
  });
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
