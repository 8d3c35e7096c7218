import { type Logger, SecretPolicy, safeLogger } from '@cfg/core';
import { maxInt32, type Sealing, wholeNumber } from '@cfg/core/store';
import { KeyRing } from './keys/key-ring.js';
import type { KeyWrapper } from './wrappers/key-wrapper.js';

export interface SealSecretsOptions {
  /** Wraps the data keys that the store keeps. */
  readonly wrapper: KeyWrapper;
  /**
   * Which values are secret, beside those of the codec `secret`: patterns `NAMESPACE` or `NAMESPACE/PREFIX`, as
   * `SecretPolicy` has them. Default: no others.
   */
  readonly secrets?: readonly string[] | undefined;
  /**
   * How often the store is asked for data keys that a rotation has added, in milliseconds. Default 2,000; 0 (never) to
   * 2³¹ − 1.
   */
  readonly pollIntervalMs?: number | undefined;
  /** Told when the key service goes away and comes back. Default: silent. */
  readonly logger?: Logger | undefined;
}

/**
 * How a store keeps its secrets sealed, for the option `sealing` of a `SqliteStore` or a `PostgresStore`: every value is
 * encrypted before it is written, history included, with a data key that the store keeps wrapped. Versions, revisions,
 * ETags and everything else of an entry are as they were.
 *
 * A wrapper that does not fit fails `connect()` with `invalid_argument`. While a key service is away, secrets are
 * `unavailable`, and everything else works. Throws `invalid_argument` for an option.
 *
 * @example
 * const sealing = sealSecrets({ wrapper: keyFile('cfg.key'), secrets: ['payments', 'prod-*\/db/'] });
 * const store = new SqliteStore('config.db', { sealing });
 */
export function sealSecrets(options: SealSecretsOptions): Sealing {
  const { wrapper } = options;
  const policy = new SecretPolicy(options.secrets);
  const pollIntervalMs = wholeNumber('pollIntervalMs', options.pollIntervalMs ?? 2_000, 0, maxInt32);
  const logger = safeLogger(options.logger);
  return { policy, open: (table, onKeys) => KeyRing.open({ table, wrapper, pollIntervalMs, onKeys, logger }) };
}
