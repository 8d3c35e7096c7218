import { ConfigError, isConfigError, type Logger, safeLogger } from '@cfg/core';
import { type Maybe, maxInt32, wholeNumber } from '@cfg/core/store';
import { ServerError } from 'nice-grpc-common';
import { callEnded, inTime } from '../deadline.js';
import { isPromise } from '../maybe.js';
import type { Asked, Decision, Guard, GuardContext } from './guard.js';
import type { Identity } from './identity.js';

export interface AskGuardOptions {
  /** How long the guard may take for one answer, in milliseconds. Default 5,000; 1 to 2³¹ − 1. */
  readonly timeoutMs?: number | undefined;
  /** Where it is written why the guard failed to authenticate or to decide, which callers are not told. Default: silent. */
  readonly logger?: Logger | undefined;
}

/**
 * A guard with a time limit, whose failures are the right errors. Each method returns a promise only if the guard did.
 */
export interface AskedGuard {
  /**
   * Throws what the guard throws, if that is a `ConfigError` or a `ServerError`; `unavailable` for anything else, which
   * is logged; `unauthenticated` for an identity without a user id; `guard_timeout`.
   */
  authenticate(context: GuardContext): Maybe<Identity>;
  /** Returns a denial too. Throws `internal` if the guard fails, with its error as cause, or `guard_timeout`. */
  decide(identity: Identity, asked: Asked, context: GuardContext): Maybe<Decision>;
  /** Whether the guard allows it. False if the guard fails: never throws. */
  allows(identity: Identity, asked: Asked, context: GuardContext): Maybe<boolean>;
}

/**
 * Asks `guard` as the service does, for other doors that share it. Throws `invalid_argument` for a timeout out of its
 * range.
 *
 * @example
 * const asked = askGuard(guard, { timeoutMs: 1_000 });
 * const identity = await asked.authenticate(context);
 * const denied = refusal(await asked.decide(identity, { action: 'read', resource }, context));
 * if (denied !== undefined) throw denied;
 */
export function askGuard(guard: Guard, options: AskGuardOptions = {}): AskedGuard {
  const timeoutMs = wholeNumber('guardTimeoutMs', options.timeoutMs ?? 5_000, 1, maxInt32);
  const logger = safeLogger(options.logger);

  /** The guard's answer, in time; `failed` turns what it throws into what the caller gets. */
  function answerOf<T>(ask: () => Maybe<T>, context: GuardContext, failed: (error: unknown) => unknown): Maybe<T> {
    const failure = (error: unknown): unknown => {
      if (error instanceof GuardTimeout) return error;
      return context.signal.aborted ? callEnded() : failed(error);
    };
    try {
      const answer = ask();
      if (!isPromise(answer)) return answer;
      const limit = { timeoutMs, expired: () => new GuardTimeout(timeoutMs) };
      return inTime(answer, context.signal, limit).catch((error: unknown) => Promise.reject(failure(error)));
    } catch (error) {
      throw failure(error);
    }
  }

  const decide = (identity: Identity, { action, resource }: Asked, context: GuardContext): Maybe<Decision> =>
    answerOf(() => guard.authorize(identity, action, resource, context), context, failedToAuthorize);

  return {
    authenticate(context) {
      const failed = (error: unknown): unknown => {
        if (error instanceof ServerError || isConfigError(error)) return error;
        logger.error({ err: error, method: context.method }, 'the guard failed to authenticate');
        return new ConfigError('unavailable', 'the guard is not available', { cause: error });
      };
      const identity = answerOf(() => guard.authenticate(context), context, failed);
      return isPromise(identity) ? identity.then(named) : named(identity);
    },
    decide,
    allows(identity, asked, context) {
      const failed = (error: unknown): boolean => {
        const { method, signal } = context;
        if (!signal.aborted) logger.error({ err: error, method, ...asked }, 'guard failed');
        return false;
      };
      try {
        const decision = decide(identity, asked, context);
        return isPromise(decision) ? decision.then(isAllowed, failed) : isAllowed(decision);
      } catch (error) {
        return failed(error);
      }
    },
  };
}

/** The error of a decision that is not to allow: `permission_denied` with its reason. */
export function refusal(decision: Decision | undefined): ConfigError | undefined {
  return isAllowed(decision)
    ? undefined
    : new ConfigError('permission_denied', decision?.reason || 'permission denied');
}

const isAllowed = (decision: Decision | undefined): boolean => decision?.allowed === true;

class GuardTimeout extends ConfigError {
  constructor(timeoutMs: number) {
    super('guard_timeout', `the guard did not answer within ${timeoutMs} ms`);
  }
}

function named(identity: Identity): Identity {
  if (typeof identity?.userId === 'string') return identity;
  throw new ConfigError('unauthenticated', 'unauthenticated');
}

const failedToAuthorize = (error: unknown): unknown =>
  new ConfigError('internal', 'the guard failed to authorize', { cause: error });
