import { ConfigError, isConfigError } from '@cfg/core';

/** SQLite's primary result codes that are told apart here. */
const busy = 5;
const corrupt = 11;
const full = 13;
const notADatabase = 26;

/** Of the extended codes: a file that ends before what should be there, and no such table. */
const shortRead = 522;
const generalError = 1;

/** The primary SQLite result code of an error that `node:sqlite` threw. */
function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error ? (error as Error & { errcode?: unknown }).errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Whether another connection holds the lock that was asked for. */
export const isBusy = (error: unknown): boolean => resultCode(error) === busy;

/** The file's content is not what was written. Others cannot mend it either, but a backup may be put in its place. */
export class FileDamage extends ConfigError {
  readonly what: string;

  constructor(what: string, cause?: unknown) {
    super('unavailable', `the SQLite file is damaged: ${what}; stop the server and put a backup in its place`, {
      cause,
    });
    this.what = what;
  }
}

/** One row is not what was written, but the rest of the file may be: what does not need it goes on. */
export class RowDamage extends ConfigError {
  /** The row that is damaged, or that should be there. */
  readonly revision: number;

  constructor(revision: number, what: string) {
    super('unavailable', `the SQLite file is damaged: ${what} is not what was written; it may be in a backup`);
    this.revision = revision;
  }
}

/** The result of `read`; `undefined` where it throws {@link RowDamage}. */
export function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RowDamage) return undefined;
    throw error;
  }
}

/** Whether SQLite says, or our own checks do, that the file is damaged. */
export function isDamage(error: unknown): boolean {
  if (error instanceof FileDamage) return true;
  const code = resultCode(error);
  return (
    code === corrupt || code === notADatabase || (error as { errcode?: unknown } | undefined)?.errcode === shortRead
  );
}

/** Whether SQLite says that a table is missing, in a file that had it. */
export const isMissing = (error: unknown): boolean => resultCode(error) === generalError;

/** Another process has made a data key that this one has yet to load. Told by its code: it may come from a thread. */
export class KeysChanged extends Error {
  readonly code = 'CFG_KEYS_CHANGED';
}

export const areKeysChanged = (error: unknown): boolean =>
  (error as { code?: unknown } | undefined)?.code === 'CFG_KEYS_CHANGED';

/** The fault in SQLite's words. */
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
  if (isDamage(error)) return new FileDamage(reasonOf(error), error);
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
