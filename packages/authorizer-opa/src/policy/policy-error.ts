import { ConfigError } from '@cfg/core';

/** A policy that cannot be used, by code `invalid_argument`: its message tells why, and names the part at fault. */
export class PolicyError extends ConfigError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('invalid_argument', message, options);
  }
}
