import type { Metadata } from 'nice-grpc-common';
import { anonymous, type Identity } from './identity.js';

/** What a call asks for. A gateway's own routes may use others. */
export type Action = 'read' | 'write' | 'delete' | 'list' | 'watch' | 'audit' | (string & {});

/** What a call is about. A part that it does not name is empty. */
export interface Resource {
  readonly namespace: string;
  /** A key; for the alias calls, the alias. */
  readonly key: string;
  /** The beginning of the keys that a List or a Watch asks for; empty: all of the namespace. */
  readonly prefix: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** What the permission was derived from: a role, a policy. Told to the log, never to the caller. */
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
}

/**
 * Who may do what. Both functions may answer at once or by a promise; an answer at once costs nothing. A promise that
 * takes longer than the service's `guardTimeoutMs` fails the call with `guard_timeout`.
 */
export interface Guard {
  /**
   * Whatever it throws is UNAUTHENTICATED, with the error's message, unless the error has a status of its own (a
   * nice-grpc `ServerError` or a `ConfigError`).
   */
  authenticate(context: GuardContext): Identity | Promise<Identity>;
  /** What it throws is logged and answered with INTERNAL `internal error`. */
  authorize(
    identity: Identity,
    action: Action,
    resource: Resource,
    context: GuardContext,
  ): Decision | Promise<Decision>;
}

const always = (decision: Decision): Guard => ({ authenticate: () => anonymous, authorize: () => decision });

/** Lets everyone do everything: for development, and for a server that only trusted callers reach. */
export const allowAll = (): Guard => always({ allowed: true });

/** Lets nobody do anything: the default, so that a service without a guard is closed rather than open. */
export const denyAll = (): Guard => always({ allowed: false });
