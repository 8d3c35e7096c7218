import type { Metadata } from 'nice-grpc-common';
import type { ClientCertificate } from './client-certificate.js';
import type { Identity } from './identity.js';

/** An action that a caller wants to take. A gateway's own routes may use other words. */
export type Action = 'read' | 'write' | 'delete' | 'list' | 'watch' | 'audit' | 'reveal' | (string & {});

/** The resource of a call. A part that it does not name is empty. */
export interface Resource {
  readonly namespace: string;
  /** A key; for the alias calls, the alias. */
  readonly key: string;
  /** The beginning of the keys that a List or a Watch asks for; empty: all of the namespace. */
  readonly prefix: string;
}

/** One question to a guard: may the caller do this to that? */
export interface Asked {
  readonly action: Action;
  readonly resource: Resource;
}

export interface Decision {
  readonly allowed: boolean;
  /** The source of the permission: a role, a policy. Written to the log, never sent to the caller. */
  readonly scope?: string | undefined;
  /** Why not. Sent to the caller; `permission denied` if absent. */
  readonly reason?: string | undefined;
}

/** The call that a guard is asked about. */
export interface GuardContext {
  /** The request's metadata; over HTTP, its headers. */
  readonly metadata: Metadata;
  /** The caller's address, `host:port`. */
  readonly peer: string;
  /** Fires when the caller has gone. */
  readonly signal: AbortSignal;
  /** The full name of the method, `/config.v1.ConfigService/Get`. */
  readonly method: string;
  /** The caller's TLS certificate, if there is one that the door's authorities have signed. */
  readonly certificate?: ClientCertificate | undefined;
}

/**
 * Decides who may do what. Both functions may return a value or a promise; a value costs a call nothing. A promise that
 * takes longer than the service's `guardTimeoutMs` fails the call with `guard_timeout`.
 *
 * @example
 * const guard: Guard = {
 *   authenticate({ metadata }) {
 *     const token = metadata.get('authorization')?.replace(/^Bearer /, '');
 *     if (token === undefined) throw new ConfigError('unauthenticated', 'missing token');
 *     return { userId: token, claims: {} };
 *   },
 *   authorize: ({ userId }, action) => ({ allowed: action === 'read' || userId === 'admin' }),
 * };
 */
export interface Guard {
  /**
   * Finds out who calls. A caller who is not known is refused by throwing a `ConfigError` `unauthenticated`; its message
   * is sent, as is that of every `ConfigError` and nice-grpc `ServerError`. Anything else that is thrown is a fault of
   * the guard: it is logged, and the caller gets UNAVAILABLE. So is an identity without a user id (UNAUTHENTICATED).
   */
  authenticate(context: GuardContext): Identity | Promise<Identity>;
  /** Decides. What it throws is logged, and the caller gets INTERNAL `internal error`. */
  authorize(
    identity: Identity,
    action: Action,
    resource: Resource,
    context: GuardContext,
  ): Decision | Promise<Decision>;
}
