/**
 * Wraps data keys, so that what a store keeps of them is of no use without it: a key in a file, a key service, or
 * functions of your own. It is asked when a store opens and when keys are rotated, never for a value.
 *
 * @example
 * const kms: KeyWrapper = {
 *   id: 'kms:alias/cfg',
 *   wrap: async (key) => (await client.send(new EncryptCommand({ KeyId, Plaintext: key }))).CiphertextBlob,
 *   unwrap: async (wrapped) => (await client.send(new DecryptCommand({ KeyId, CiphertextBlob: wrapped }))).Plaintext,
 * };
 */
export interface KeyWrapper {
  /**
   * Which key it wraps with. Not secret; kept beside what was wrapped, so that a key that does not fit is told from a
   * damaged one. The same key has the same id wherever it is read from.
   */
  readonly id: string;
  /** May throw: then the key service is taken to be away, and is asked again. */
  wrap(key: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * Throws a `ConfigError` `invalid_argument` where this is not the key that wrapped it; whatever else it throws means
   * that the key service is away.
   */
  unwrap(wrapped: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}
