import { ConfigError, type Logger, safeLogger } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import type { TlsOptions, TokenVerifier } from '@cfg/service';
import type { Builtin } from './builtins/builtin.js';
import type { LoadOptions } from './policy/load.js';
import { algorithmOf, type BundleKey, keyObject } from './policy/signature.js';
import { type PolicySource, urlOf } from './policy/source.js';

/** Numbers are whole, at least 1 unless 0 is said to be fine, and at most 2³¹ − 1. */
export interface OpaGuardOptions {
  /** Where the policy comes from. */
  readonly policy: PolicySource;
  /** The rule that decides, as in `data.config.authz.allow` or `config/authz/allow`. Default: this one. */
  readonly entrypoint?: string | undefined;
  /** A data document beside the policy; what a bundle has stays. Default none. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** The version of Rego that source is in, where no bundle says. Default 1. */
  readonly regoVersion?: 0 | 1 | undefined;
  /** Functions that the policy calls, beside OPA's own, which cannot be replaced. They must answer at once. */
  readonly builtins?: Readonly<Record<string, Builtin>> | undefined;

  /** Finds out whether a token is genuine. Without one a token's claims are believed as they are. */
  readonly verifier?: TokenVerifier | undefined;
  /** The header that holds the token, with `Bearer ` before it or not. Default `authorization`. */
  readonly header?: string | undefined;
  /** The claim that holds the user id. Default `sub`. */
  readonly subjectClaim?: string | undefined;

  /** How long to wait before a URL is asked again, in milliseconds. Default 30,000. */
  readonly pollIntervalMs?: number | undefined;
  /** How long a URL may take to answer, in milliseconds. Default 30,000. */
  readonly pollTimeoutMs?: number | undefined;
  /** How the server of a URL is recognised, and how we show who we are to it. Default: the system's authorities. */
  readonly tls?: TlsOptions | undefined;
  /** The header `authorization` for a URL, as in `Bearer …`; a function is asked each time. */
  readonly authorization?: string | (() => string | Promise<string>) | undefined;
  /** Keys that bundles must be signed by. Default none: signatures are not looked at. */
  readonly bundleKeys?: readonly BundleKey[] | undefined;
  /** The largest policy, in bytes, as it comes and unpacked. Default 64 MiB. */
  readonly maxPolicyBytes?: number | undefined;

  /** How large the memory of the policy may grow, in bytes. Default 128 MiB; at least 2 MiB. */
  readonly maxMemoryBytes?: number | undefined;
  /**
   * How long a decision is kept for the same input, in milliseconds. Default 0: not at all. A policy that looks at the
   * time, or at random numbers, is then that much behind. A new policy forgets what the one before decided.
   */
  readonly decisionCacheMs?: number | undefined;
  /** Most decisions that are kept. Default 10,000. */
  readonly decisionCacheEntries?: number | undefined;

  /** Told of policies that are loaded or cannot be, and of what policies `print`. Default: silent. */
  readonly logger?: Logger | undefined;
  /** Told of each new policy that could not be had or used; the one before stays. It may throw without harm. */
  readonly onPolicyError?: ((error: unknown) => void) | undefined;
}

/** The options, complete and checked. */
export interface OpaGuardSettings extends LoadOptions {
  readonly policy: PolicySource;
  /** Where the policy is asked for; undefined where it is at hand. */
  readonly url: URL | undefined;
  readonly verifier: TokenVerifier | undefined;
  readonly header: string;
  readonly subjectClaim: string;
  readonly pollIntervalMs: number;
  readonly pollTimeoutMs: number;
  readonly tls: TlsOptions | undefined;
  readonly authorization: () => string | undefined | Promise<string>;
  readonly decisionCacheMs: number;
  readonly decisionCacheEntries: number;
  readonly logger: Required<Logger>;
  readonly onPolicyError: (error: unknown) => void;
}

const MiB = 1024 * 1024;

/** Throws `invalid_argument`, naming the option. */
export function completeOptions(options: OpaGuardOptions): OpaGuardSettings {
  const { policy, entrypoint = 'config/authz/allow', authorization, bundleKeys = [], regoVersion = 1 } = options;
  const whole = (name: NumericOption, standard: number, least = 1): number =>
    wholeNumber(name, options[name] ?? standard, least, maxInt32);
  if (regoVersion !== 0 && regoVersion !== 1) throw wrong('regoVersion must be 0 or 1');
  if (options.verifier !== undefined && typeof options.verifier.verify !== 'function') {
    throw wrong('verifier must have the function verify');
  }
  const header = options.header ?? 'authorization';
  if (!/^[\w.-]+$/.test(header) || header.endsWith('-bin')) throw wrong(`header ${header} is no name of a text header`);
  bundleKeys.forEach(checkKey);
  return {
    policy,
    url: urlOf(sourceOf(policy)),
    entrypoint: pathOf(entrypoint),
    data: options.data ?? {},
    regoVersion,
    builtins: options.builtins ?? {},
    verifier: options.verifier,
    header: header.toLowerCase(),
    subjectClaim: options.subjectClaim ?? 'sub',
    pollIntervalMs: whole('pollIntervalMs', 30_000),
    pollTimeoutMs: whole('pollTimeoutMs', 30_000),
    tls: options.tls,
    authorization: typeof authorization === 'function' ? authorization : () => authorization,
    bundleKeys,
    maxPolicyBytes: whole('maxPolicyBytes', 64 * MiB),
    maxMemoryBytes: whole('maxMemoryBytes', 128 * MiB, 2 * MiB),
    decisionCacheMs: whole('decisionCacheMs', 0, 0),
    decisionCacheEntries: whole('decisionCacheEntries', 10_000),
    logger: safeLogger(options.logger),
    onPolicyError: options.onPolicyError ?? (() => {}),
  };
}

type NumericOption =
  | 'pollIntervalMs'
  | 'pollTimeoutMs'
  | 'maxPolicyBytes'
  | 'maxMemoryBytes'
  | 'decisionCacheMs'
  | 'decisionCacheEntries';

function sourceOf(policy: PolicySource): PolicySource {
  const kinds = ['rego', 'bytes', 'file', 'url'];
  const given = typeof policy === 'object' && policy !== null ? Object.keys(policy) : [];
  if (given.length === 1 && kinds.includes(given[0] ?? '')) return policy;
  throw wrong('policy must be one of { rego }, { bytes }, { file } and { url }');
}

/** `data.config.authz.allow`, as one writes it in Rego, is `config/authz/allow` to the compiler. */
function pathOf(entrypoint: string): string {
  const path = entrypoint.startsWith('data.') ? entrypoint.slice('data.'.length).replaceAll('.', '/') : entrypoint;
  if (/^[^\s/]+(?:\/[^\s/]+)*$/.test(path)) return path;
  throw wrong(`entrypoint must be a rule, as in config/authz/allow, not ${JSON.stringify(entrypoint)}`);
}

function checkKey({ key, algorithm }: BundleKey, index: number): void {
  if (algorithm !== undefined && !/^(?:(?:RS|PS|ES|HS)(?:256|384|512)|EdDSA)$/.test(algorithm)) {
    throw wrong(`bundleKeys[${index}].algorithm is unknown: ${algorithm}`);
  }
  if (key.includes('PRIVATE KEY')) throw wrong(`bundleKeys[${index}].key must not be a private key`);
  try {
    keyObject(key, algorithm ?? algorithmOf(key));
  } catch (cause) {
    throw new ConfigError('invalid_argument', `bundleKeys[${index}].key is not a public key in PEM`, { cause });
  }
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
