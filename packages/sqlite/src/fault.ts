import { ConfigError, isConfigError } from '@cfg/core';

/** SQLite's primary result codes that are told apart here. */
const busy = 5;
const full = 13;

/** The primary SQLite result code of an error that `node:sqlite` threw. */
function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error ? (error as Error & { errcode?: unknown }).errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Whether another connection holds the lock that was asked for. */
export const isBusy = (error: unknown): boolean => resultCode(error) === busy;

/** Another process has made a data key that this one has yet to load. Told by its code: it may come from a thread. */
export class KeysChanged extends Error {
  readonly code = 'CFG_KEYS_CHANGED';
}

export const areKeysChanged = (error: unknown): boolean =>
  (error as { code?: unknown } | undefined)?.code === 'CFG_KEYS_CHANGED';

/** What SQLite says is wrong. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The `ConfigError` for what SQLite threw during a call: `unavailable`, as the store's rules did not refuse the call.
 * It does not name the file, as it may be shown to someone far away.
 */
export function faultOf(error: unknown): ConfigError {
  if (isConfigError(error)) return error;
  if ((error as { code?: unknown } | undefined)?.code === 'ERR_INVALID_STATE') {
    return new ConfigError('closed', 'the SQLite store is closed', { cause: error });
  }
  if (areKeysChanged(error)) {
    return new ConfigError('unavailable', 'secrets are not available: another process has changed the data keys');
  }
  const code = resultCode(error);
  if (code === undefined) return new ConfigError('internal', 'internal error in the SQLite store', { cause: error });
  let reason = reasonOf(error);
  if (code === full) reason = 'the disk is full';
  if (code === busy) reason = 'another process holds its write lock';
  return new ConfigError('unavailable', `the SQLite file cannot be used: ${reason}`, { cause: error });
}

/** Runs `read`; what SQLite throws comes as a `ConfigError`. */
export function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw faultOf(error);
  }
}
