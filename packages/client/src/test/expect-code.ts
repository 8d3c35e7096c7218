import { type ConfigError, type ErrorCode, isConfigError } from '@cfg/core';
import { expect } from 'vitest';

/** Expects the promise to fail with that code; answers the error. */
export async function expectCode(promise: Promise<unknown>, code: ErrorCode): Promise<ConfigError> {
  const error = await promise.then(
    (value) => expect.fail(`answered ${JSON.stringify(value)} instead of failing with ${code}`),
    (thrown: unknown) => thrown,
  );
  if (!isConfigError(error, code)) expect.fail(`failed with ${error} instead of ${code}`);
  return error;
}

export const json = (data: unknown): { bytes: Uint8Array; codec: string; type: 'custom' } => ({
  bytes: Buffer.from(JSON.stringify(data)),
  codec: 'json',
  type: 'custom',
});
