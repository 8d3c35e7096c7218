import { ConfigError, checkNamespace } from '@cfg/core';
import { checkOptions } from '@cfg/core/store';

/** Which keys are flags. */
export interface FlagOptions {
  /** The prefix of the keys of flags. Default `flags/`: the flag `new-checkout` is the key `flags/new-checkout`. */
  readonly prefix?: string | undefined;
  /**
   * The namespace of the flags at `/ofrep/v1`. Default: none, and a client of the flags of `payments` has
   * `/v1/namespaces/payments` as its base URL.
   */
  readonly namespace?: string | undefined;
}

export interface FlagSettings {
  readonly prefix: string;
  readonly namespace: string | undefined;
}

/** Throws `invalid_argument` or `invalid_namespace`, naming the option. */
export function flagSettings(options: FlagOptions = {}): FlagSettings {
  checkOptions('a gateway', options, { prefix: true, namespace: true }, 'flags.');
  const { prefix = 'flags/', namespace } = options;
  if (typeof prefix !== 'string') throw new ConfigError('invalid_argument', 'flags.prefix must be a string');
  if (namespace === '') throw new ConfigError('invalid_argument', 'flags.namespace must not be empty');
  if (namespace !== undefined) checkNamespace(namespace);
  return { prefix, namespace };
}
