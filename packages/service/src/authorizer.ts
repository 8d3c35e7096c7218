import { ConfigError, isConfigError, type Logger } from '@cfg/core';
import { ServerError } from 'nice-grpc-common';
import type { Call } from './call.js';
import { callEnded, inTime } from './deadline.js';
import type { Action, Decision, Guard, Resource } from './guard.js';
import type { Identity } from './identity.js';

/**
 * Asks the guard on behalf of the service: in time, and with every way to fail turned into the right error. Where the
 * guard answers at once so do these methods: a promise only where there is something to wait for.
 */
export class Authorizer {
  #guard: Guard;
  #timeoutMs: number;
  #logger: Logger;

  constructor(guard: Guard, timeoutMs: number, logger: Logger) {
    this.#guard = guard;
    this.#timeoutMs = timeoutMs;
    this.#logger = logger;
  }

  /** Finds out who calls and keeps it in `call`. Throws `unauthenticated`, or what the guard says instead. */
  authenticate(call: Call): undefined | Promise<void> {
    try {
      const answer = this.#guard.authenticate(call);
      if (!isPromise(answer)) {
        this.#accept(call, answer);
        return undefined;
      }
      return this.#inTime(answer, call).then(
        (identity) => this.#accept(call, identity),
        (error: unknown) => Promise.reject(refused(error, call)),
      );
    } catch (error) {
      throw refused(error, call);
    }
  }

  /** Throws `permission_denied` unless the guard lets the caller do it. */
  authorize(call: Call, action: Action, resource: Resource): undefined | Promise<void> {
    const decision = this.#decide(call, action, resource);
    if (isPromise(decision)) return decision.then((decided) => this.#obey(call, decided));
    this.#obey(call, decision);
    return undefined;
  }

  /** Whether the guard lets the caller do it; a guard that fails does not. */
  async allows(call: Call, action: Action, resource: Resource): Promise<boolean> {
    try {
      const decision = await this.#decide(call, action, resource);
      return decision?.allowed === true;
    } catch (error) {
      if (!call.signal.aborted)
        this.#logger.error({ err: error, method: call.method, action, resource }, 'guard failed');
      return false;
    }
  }

  #accept(call: Call, identity: Identity): void {
    if (typeof identity !== 'object' || identity === null) throw new ConfigError('unauthenticated', 'unauthenticated');
    call.identity = identity;
    call.authenticatedBy = this;
  }

  #decide(call: Call, action: Action, resource: Resource): Decision | Promise<Decision> {
    try {
      const answer = this.#guard.authorize(call.identity, action, resource, call);
      if (!isPromise(answer)) return answer;
      return this.#inTime(answer, call).catch((error: unknown) => Promise.reject(failed(error, call)));
    } catch (error) {
      throw failed(error, call);
    }
  }

  #obey(call: Call, decision: Decision): void {
    call.scope = decision?.scope;
    if (decision?.allowed === true) return;
    throw new ConfigError('permission_denied', decision?.reason || 'permission denied');
  }

  #inTime<T>(answer: PromiseLike<T>, call: Call): Promise<T> {
    const timeoutMs = this.#timeoutMs;
    return inTime(answer, call.signal, { timeoutMs, expired: () => new GuardTimeout(timeoutMs) });
  }
}

class GuardTimeout extends ConfigError {
  constructor(timeoutMs: number) {
    super('guard_timeout', `the guard did not answer within ${timeoutMs} ms`);
  }
}

/** What a failed `authenticate` means. */
function refused(error: unknown, call: Call): unknown {
  if (call.signal.aborted) return callEnded();
  if (error instanceof ServerError || isConfigError(error)) return error;
  const message = error instanceof Error ? error.message : '';
  return new ConfigError('unauthenticated', message || 'unauthenticated', { cause: error });
}

/** What a failed `authorize` means: nothing that the caller should know. */
function failed(error: unknown, call: Call): unknown {
  if (error instanceof GuardTimeout) return error;
  if (call.signal.aborted) return callEnded();
  return new ConfigError('internal', 'the guard failed to authorize', { cause: error });
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> & Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
