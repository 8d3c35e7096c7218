import type { Logger } from '@cfg/core';
import type { Guard } from '@cfg/service';

/** The options about the guard. */
export interface GuardOptions {
  readonly guard?: string | Guard | undefined;
  readonly opaEntrypoint?: string | undefined;
  readonly opaToken?: string | undefined;
  readonly opaBundleKey?: string | undefined;
  readonly jwtKeys?: string | undefined;
  readonly jwtIssuer?: string | undefined;
  readonly jwtAudience?: string | undefined;
}

/** A guard that is ready. */
export interface OpenGuard {
  readonly guard: Guard;
  close(): Promise<void>;
}

/** A guard that is chosen, and not yet opened. */
export interface GuardChoice {
  /** Whether everybody may do everything. */
  readonly isOpen: boolean;
  /** Rejects with a `ConfigError` where a policy cannot be had or used. */
  open(): Promise<OpenGuard>;
}

/** The name by which the user knows an option; errors use it. */
export type NameOf = (option: keyof GuardOptions) => string;

/** A guard that is named by a word and what it needs, as in `rbac:FILE`. */
export interface GuardKind {
  readonly word: string;
  readonly needs: string;
  /** The options that go only with this kind. */
  readonly own: readonly Exclude<keyof GuardOptions, 'guard'>[];
  choose(target: string, options: GuardOptions, nameOf: NameOf, logger: Logger): GuardChoice;
}
