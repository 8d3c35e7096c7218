import { ConfigError } from '../contract/errors.js';
import type { Codec } from './codec.js';

/** Bytes to bytes and back: encryption, compression. */
export interface Transformer {
  readonly name: string;
  apply(bytes: Uint8Array): Uint8Array;
  /** Undoes `apply`; throws if it cannot. */
  revert(bytes: Uint8Array): Uint8Array;
}

/** The prefix of the names of codecs that clients manage: a server does not look into their bytes. */
export const clientPrefix = 'client:';

/**
 * A codec of transformers over `base`. `name` is theirs, outermost first, joined by `:`, after `client:` if only
 * clients know it: `chain('client:encrypted:json', [encrypted], jsonCodec())`. Encoding runs from the base outwards,
 * decoding back. Throws `invalid_argument` if the name does not say what the chain does.
 */
export function chain(name: string, transformers: readonly Transformer[], base: Codec): Codec {
  const parts = [...transformers.map((transformer) => transformer.name), base.name].join(':');
  if (name !== parts && name !== clientPrefix + parts) {
    throw new ConfigError('invalid_argument', `a chain of these transformers is named ${JSON.stringify(parts)}`);
  }
  return {
    name,
    encode: (data) => transformers.reduceRight((bytes, transformer) => transformer.apply(bytes), base.encode(data)),
    decode: (bytes) => base.decode(transformers.reduce((inner, transformer) => transformer.revert(inner), bytes)),
  };
}
