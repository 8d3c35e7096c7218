import { ConfigError, isConfigError } from '@cfg/core';
import { ServerError, Status } from 'nice-grpc-common';
import type { Guard, GuardContext } from './guard.js';
import type { Identity } from './identity.js';

/**
 * A guard for servers that take sessions, tokens and certificates at once: the first of `guards` that knows the caller
 * decides all that the caller may do. One that knows only an anonymous caller counts where no other knows more.
 *
 * If none knows the caller, the call fails as the first of them says that does not say UNAUTHENTICATED (it could not
 * find out), else as the last one says. Throws `invalid_argument` without a guard.
 *
 * @example
 * const guard = firstOf(sessions, rbac(policy));
 */
export function firstOf(...guards: readonly Guard[]): Guard {
  if (guards.length === 0) throw new ConfigError('invalid_argument', 'firstOf needs a guard');
  const owners = new WeakMap<Identity, { readonly guard: Guard; readonly identity: Identity }>();

  /** A copy, because two guards may know callers by the same object. */
  const owned = (guard: Guard, identity: Identity): Identity => {
    const copy = { ...identity };
    owners.set(copy, { guard, identity });
    return copy;
  };

  async function authenticate(context: GuardContext): Promise<Identity> {
    let anonymous: Identity | undefined;
    let unable: unknown;
    let unknown: unknown;
    for (const guard of guards) {
      try {
        const identity = await guard.authenticate(context);
        if (typeof identity?.userId !== 'string') continue;
        if (identity.userId !== '') return owned(guard, identity);
        anonymous ??= owned(guard, identity);
      } catch (error) {
        if (isUnauthenticated(error)) unknown = error;
        else unable ??= error;
      }
    }
    if (unable !== undefined) throw unable;
    if (anonymous !== undefined) return anonymous;
    throw unknown ?? new ConfigError('unauthenticated', 'unauthenticated');
  }

  return {
    authenticate,
    authorize(identity, action, resource, context) {
      const owner = owners.get(identity);
      if (owner === undefined) return { allowed: false };
      return owner.guard.authorize(owner.identity, action, resource, context);
    },
  };
}

const isUnauthenticated = (error: unknown): boolean =>
  isConfigError(error, 'unauthenticated') || (error instanceof ServerError && error.code === Status.UNAUTHENTICATED);
