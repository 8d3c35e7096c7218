import { ConfigError, isConfigError } from '@cfg/core';
import {
  type Action,
  type Claims,
  type Decision,
  type Guard,
  type GuardContext,
  HttpClient,
  type Identity,
  type Resource,
} from '@cfg/service';
import { ActivePolicy } from './active-policy.js';
import { bearerToken, identityOf, UnverifiedIdentities } from './bearer-token.js';
import { inputOf } from './input.js';
import { completeOptions, type OpaGuardOptions, type OpaGuardSettings } from './options.js';
import { BundlePoll } from './policy/bundle-poll.js';
import { type LoadedPolicy, loadPolicy } from './policy/load.js';
import { describeSource } from './policy/source.js';

/** A guard that asks a policy of OPA. */
export interface OpaGuard extends Guard, AsyncDisposable {
  /** The revision of the bundle of the policy that decides now, as its makers named it. Empty if they did not. */
  readonly policyRevision: string;
  /**
   * Asks the URL of the policy now, and resolves with whether there was a new one; false for a policy without a URL.
   * Rejects where none can be had or used; the policy then stays.
   */
  refresh(): Promise<boolean>;
  /** Stops asking for new policies, and closes the verifier. The policy goes on deciding. Closing twice is fine. */
  close(): Promise<void>;
}

/**
 * Loads a policy and makes a guard of it. Calls are authenticated by their token, and authorized by what the policy's
 * entrypoint says of the input `{ action, resource: { namespace, key }, identity: { user_id, claims } }`: `true` allows,
 * and so does an object whose `allow` is `true`; all else denies.
 *
 * Rejects with a `ConfigError`: `invalid_argument` for an option or a policy that cannot be used, naming what is wrong
 * with it (a function that is not supplied, say); `unavailable` where a URL does not answer.
 *
 * @example
 * ```ts
 * const guard = await opaGuard({
 *   policy: { url: 'https://policies.example.com/cfg.tar.gz' },
 *   verifier: jwksVerifier('https://id.example.com/jwks.json', { audience: 'cfg' }),
 * });
 * const service = createConfigService(store, { guard });
 * ```
 */
export async function opaGuard(options: OpaGuardOptions): Promise<OpaGuard> {
  const guard = new PolicyGuard(completeOptions(options));
  try {
    await guard.open();
    return guard;
  } catch (error) {
    await guard.close();
    throw error;
  }
}

class PolicyGuard implements OpaGuard {
  readonly #settings: OpaGuardSettings;
  readonly #source: string;
  readonly #http: HttpClient | undefined;
  readonly #poll: BundlePoll | undefined;
  readonly #unverified: UnverifiedIdentities;
  #active: ActivePolicy | undefined;
  #closed: Promise<void> | undefined;

  constructor(settings: OpaGuardSettings) {
    this.#settings = settings;
    this.#source = describeSource(settings.policy);
    this.#unverified = new UnverifiedIdentities(settings.subjectClaim);
    const { url, pollIntervalMs, pollTimeoutMs, authorization } = settings;
    if (url === undefined) return;
    this.#http = new HttpClient(settings.tls);
    this.#poll = new BundlePoll(this.#http, {
      url,
      load: settings,
      intervalMs: pollIntervalMs,
      timeoutMs: pollTimeoutMs,
      authorization,
      onPolicy: (loaded) => this.#activate(loaded),
      onError: (error) => this.#report(error),
    });
  }

  get policyRevision(): string {
    return this.#active?.revision ?? '';
  }

  async open(): Promise<void> {
    const { policy } = this.#settings;
    try {
      if ('url' in policy) await this.#poll?.ask();
      else this.#activate(await loadPolicy(policy, this.#settings));
    } catch (cause) {
      if (!isConfigError(cause)) throw cause;
      throw new ConfigError(cause.code, `${this.#source}: ${cause.message}`, { cause });
    }
    this.#poll?.start();
  }

  async refresh(): Promise<boolean> {
    return (await this.#poll?.ask()) ?? false;
  }

  authenticate({ metadata }: GuardContext): Identity | Promise<Identity> {
    const { header, subjectClaim, verifier } = this.#settings;
    const token = bearerToken(metadata, header);
    if (token === undefined || verifier === undefined) return this.#unverified.of(token);
    const claims = verifier.verify(token);
    if (!isPromise(claims)) return identityOf(claims, subjectClaim);
    return claims.then((verified) => identityOf(verified, subjectClaim));
  }

  authorize(identity: Identity, action: Action, resource: Resource): Decision {
    if (this.#active === undefined) throw new ConfigError('unavailable', 'there is no policy');
    return this.#active.decide(inputOf(identity, action, resource));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#poll?.close();
    await this.#http?.close();
    await this.#settings.verifier?.close?.();
  }

  #activate(loaded: LoadedPolicy): void {
    this.#active = new ActivePolicy(loaded, this.#settings);
    this.#settings.logger.info({ policy: this.#source, revision: loaded.revision }, 'policy loaded');
  }

  #report(error: unknown): void {
    const { logger, onPolicyError } = this.#settings;
    const { policyRevision: revision } = this;
    logger.warn({ err: error, policy: this.#source, revision }, 'no new policy; the one before stays');
    try {
      onPolicyError(error);
    } catch (err) {
      logger.error({ err }, 'onPolicyError threw');
    }
  }
}

/** By its class: a claim may be called `then`. */
const isPromise = (claims: Claims | Promise<Claims>): claims is Promise<Claims> => claims instanceof Promise;
