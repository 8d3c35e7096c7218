import { ConfigError, isConfigError } from '@cfg/core';

/** SQLSTATE classes that tell of the database's condition rather than of a wrong statement (PostgreSQL, appendix A). */
const conditions: Readonly<Record<string, string>> = {
  '08': 'the connection failed',
  '25': 'it takes no writes',
  '28': 'it refused the log-in',
  '40': 'another transaction was in the way',
  '42501': 'a permission is missing',
  '53': 'it is out of resources',
  '53100': 'its disk is full',
  '55': 'another transaction was in the way',
  '57': 'it ended the statement',
  '57014': 'the statement took too long',
  '58': 'a system error',
  XX: 'an error inside it',
};

/** The write may or may not have been committed: nobody answered. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';

  constructor(cause: unknown) {
    super('the connection was lost while committing: the write may have been done', { cause });
  }
}

/** Another server has made a data key that this one has yet to load. */
export class KeysChanged extends Error {
  override readonly name = 'KeysChanged';
}

/** The SQLSTATE that the database answered with; `undefined` where it did not answer. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in (error as object) ? code : undefined;
}

/** Whether the connection itself is of no further use: it is lost, or leads to a database that changed its role. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error);
  if (state === undefined) return !isMistake(error);
  return state.startsWith('08') || state.startsWith('57P') || state.startsWith('25');
}

/** Whether a read that failed with this may succeed on another connection at once. Where nobody answers, it would not. */
export const isWorthAnother = (error: unknown): boolean =>
  isConnectionLost(error) && !(sqlState(error) === undefined && /timeout/i.test(reasonOf(error)));

/** Whether the error is of this program itself, or the rules', and not the network's. */
const isMistake = (error: unknown): boolean =>
  isConfigError(error) ||
  error instanceof KeysChanged ||
  [TypeError, RangeError, ReferenceError, SyntaxError].some((type) => error instanceof type);

/** Whether a transaction that threw this was not committed, and may be tried again. */
export function isBusy(error: unknown): boolean {
  if (error instanceof CommitUnknown) return false;
  if (error instanceof KeysChanged) return true;
  return isConnectionLost(error) || (sqlState(error)?.startsWith('40') ?? false);
}

/** The reason in words, for an operator. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/**
 * The `ConfigError` for what the driver threw during a call: `unavailable`, as the store's rules did not refuse the call.
 * It does not name the database, as it may be shown to someone far away.
 */
export function faultOf(error: unknown): ConfigError {
  if (isConfigError(error)) return error;
  if (error instanceof CommitUnknown) return new ConfigError('unavailable', error.message, { cause: error });
  if (error instanceof KeysChanged) {
    return new ConfigError('unavailable', 'secrets are not available: another server has changed the data keys');
  }
  const state = sqlState(error);
  if (state === undefined && !isConnectionLost(error)) return internal(error);
  const why = state === undefined ? 'it cannot be reached' : (conditions[state] ?? conditions[state.slice(0, 2)]);
  if (why === undefined) return internal(error);
  return new ConfigError('unavailable', `the database cannot be used: ${why}`, { cause: error });
}

/** Has the work reject with {@link faultOf} what it rejects with. */
export const faulty = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw faultOf(error);
  });

const internal = (cause: unknown): ConfigError =>
  new ConfigError('internal', 'internal error in the PostgreSQL store', { cause });
