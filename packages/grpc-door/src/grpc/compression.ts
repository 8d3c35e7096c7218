import { gunzip, gzip, type InputType, inflate, type ZlibOptions } from 'node:zlib';

export type Encoding = 'identity' | 'gzip' | 'deflate';

/** The encoding that a header names; undefined if it is none that we know. */
export function encodingOf(name: string): Encoding | undefined {
  return name === 'identity' || name === 'gzip' || name === 'deflate' ? name : undefined;
}

/** Bytes turn out larger than allowed when decompressed. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

type Work = (input: InputType, options: ZlibOptions, done: (error: Error | null, result: Buffer) => void) => void;

/** How many messages are decompressed at a time: each may grow to the largest, however many callers send small ones. */
const maxAtATime = 2;
let running = 0;
const waiting: (() => void)[] = [];

/**
 * Decompresses in another thread, when it is its turn. Rejects with {@link TooLargeError} once the result is larger than
 * `maxBytes`.
 */
export async function decompress(encoding: Encoding, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  // Who is let in by the one before takes over its place.
  if (running < maxAtATime) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await decompressNow(encoding, bytes, maxBytes);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

function decompressNow(encoding: Encoding, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const work: Work = encoding === 'gzip' ? gunzip : inflate;
  return new Promise((resolve, reject) => {
    work(bytes, { maxOutputLength: maxBytes }, (error, result) => {
      if (error === null) resolve(result);
      else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') reject(new TooLargeError(error.message));
      else reject(error);
    });
  });
}

/** Compresses in another thread; undefined where that saves less than a tenth. */
export function compress(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    gzip(bytes, { level: 1 }, (error, result) => {
      resolve(error === null && result.length < bytes.length * 0.9 ? result : undefined);
    });
  });
}
