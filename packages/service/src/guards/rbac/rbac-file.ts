import { resolve } from 'node:path';
import { type Logger, safeLogger } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import { FollowedFiles } from '../../followed-files.js';
import type { Action, Decision, Guard, GuardContext, Resource } from '../guard.js';
import type { Identity } from '../identity.js';
import { readPolicy } from './policy-file.js';
import type { RbacGuard } from './rbac.js';

export interface RbacFileOptions {
  /** Told of each new policy, and of each that has a fault. Default: silent. */
  readonly logger?: Logger | undefined;
  /** How often the file is looked at, in milliseconds. Default 2,000; at least 10. */
  readonly pollIntervalMs?: number | undefined;
}

/**
 * The guard of a policy in a YAML or JSON file, which is read again when it changes. A new policy with a fault is kept
 * out: it is logged with line and reason, and the old one stays. A user's roles are those of the moment at which the call
 * was authenticated; what a role allows is as the file says now, also for watches that are open.
 *
 * Throws `invalid_argument` with line and reason if the file cannot be used now. Close it at the end.
 *
 * @example
 * using guard = rbacFile('rbac.yaml', { logger });
 * const service = createConfigService(store, { guard });
 */
export function rbacFile(file: string, options: RbacFileOptions = {}): RbacFileGuard {
  return new RbacFileGuard(file, options);
}

/** See {@link rbacFile}. */
export class RbacFileGuard implements Guard, Disposable {
  readonly #file: string;
  readonly #logger: Logger;
  readonly #followed: FollowedFiles;
  #guard: RbacGuard;

  constructor(file: string, { logger, pollIntervalMs = 2_000 }: RbacFileOptions) {
    const interval = wholeNumber('pollIntervalMs', pollIntervalMs, 10, maxInt32);
    this.#file = resolve(file);
    this.#logger = safeLogger(logger);
    // Followed before it is read: a change in between is read again rather than missed.
    this.#followed = new FollowedFiles([this.#file], interval, () => this.#reload());
    try {
      this.#guard = readPolicy(file);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  authenticate(context: GuardContext): Identity | Promise<Identity> {
    return this.#guard.authenticate(context);
  }

  authorize(identity: Identity, action: Action, resource: Resource): Decision {
    return this.#guard.authorize(identity, action, resource);
  }

  /** The roles that the file gives a user by name. */
  rolesOf(user: string): readonly string[] {
    return this.#guard.rolesOf(user);
  }

  /** Stops looking at the file. Twice is fine. */
  close(): void {
    this.#followed.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #reload(): void {
    try {
      this.#guard = readPolicy(this.#file);
      this.#logger.info({ file: this.#file }, 'a new policy is in force');
    } catch (error) {
      this.#logger.error({ err: error, file: this.#file }, 'the new policy has a fault; the old one stays in force');
    }
  }
}
