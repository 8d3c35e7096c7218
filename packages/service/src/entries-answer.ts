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
  const tail = codec.encode({ ...rest, entries: [] as WireEntry[] } as T).finish();
  return new Encoded(
    joined([...entries.map((entry) => encoder.entryField(entry)), tail]),
    () => ({ ...rest, entries: entries.map(entryMessage) }) as T,
  );
}

/** The parts in one piece. Throws `resource_exhausted` over {@link maxMessageBytes}. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (size <= maxMessageBytes) return Buffer.concat(parts, size);
  throw new ConfigError(
    'resource_exhausted',
    `the answer is larger than ${maxMessageBytes} bytes; ask for smaller pages`,
  );
}
