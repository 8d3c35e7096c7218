import type { JSONWebKeySet } from 'jose';
import * as v from 'valibot';
import type { Action } from '../guard.js';

/** Who calls, and what they may do. */
export interface RbacPolicy {
  /** The rules of each role, any of which suffices. */
  readonly roles: Readonly<Record<string, readonly RbacRule[]>>;
  /** Roles of users by user id, however they authenticate, besides those of their credential. */
  readonly users?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly tokens?: readonly RbacToken[] | undefined;
  /** Issuers of JSON Web Tokens. A token is checked against the first whose `issuer` it names, or that names none. */
  readonly jwt?: readonly RbacJwt[] | undefined;
  /** TLS client certificates. The first that matches counts. */
  readonly certificates?: readonly RbacCertificate[] | undefined;
  /** Roles of callers without a credential. Default: they are refused as UNAUTHENTICATED. */
  readonly anonymous?: readonly string[] | undefined;
}

/** Allows actions on keys. Namespaces and prefixes must both match. */
export interface RbacRule {
  /** `read`, `write`, `delete`, `list`, `watch`, `audit`, `reveal`, or one of a gateway's own; `*` is all of them. */
  readonly actions: readonly Action[];
  /**
   * Globs: `*` stands for any characters, `?` for one. The empty namespace is that of aliases, of lists of namespaces,
   * and of a watch on all; `''` and `*` match it. Default `['*']`.
   */
  readonly namespaces?: readonly string[] | undefined;
  /**
   * How keys must begin. A list, a watch or a snapshot is allowed only if all that it could show begins so. Default:
   * all keys.
   */
  readonly prefixes?: readonly string[] | undefined;
}

/** A bearer token, known by its hash. */
export interface RbacToken {
  readonly user: string;
  /** As `hashToken` returns it. */
  readonly hash: string;
  readonly roles?: readonly string[] | undefined;
  /** From when on it is refused, as an ISO 8601 time. Default: never. */
  readonly expires?: string | undefined;
}

/** An issuer of JSON Web Tokens. Exactly one of `key`, `secret` and `jwks` says how its signatures are checked. */
export interface RbacJwt {
  /** A public key or certificate (RSA, EC or Ed25519) in PEM form; `file:PATH` reads it from a file. */
  readonly key?: string | undefined;
  /** The secret of HMAC signatures, at least 32 bytes; `file:PATH` reads it from a file. */
  readonly secret?: string | undefined;
  /** A JSON Web Key Set, or the URL of one, which is fetched when needed and again for a key that it lacks. */
  readonly jwks?: string | JSONWebKeySet | undefined;
  /** Accepted algorithms. Default: those that fit the key; never `none`, and HMAC only with a `secret`. */
  readonly algorithms?: readonly string[] | undefined;
  /** The required value of the claim `iss`. Default: not checked. */
  readonly issuer?: string | undefined;
  /** The value that the claim `aud` must contain. Default: not checked. */
  readonly audience?: string | undefined;
  /** The claim with the user id. Default `sub`. */
  readonly userClaim?: string | undefined;
  /** Put before the claim to make the user id, so that an issuer's users cannot take another's names. Default: nothing. */
  readonly userPrefix?: string | undefined;
  /** The claim with the names of roles, a list or a text with spaces; dots lead into objects. Default `roles`. */
  readonly rolesClaim?: string | undefined;
  /** Roles of everybody with a valid token of this issuer. Default: none. */
  readonly roles?: readonly string[] | undefined;
  /** How far clocks may differ, in seconds. Default 30; at least 0. */
  readonly clockToleranceSeconds?: number | undefined;
}

/** A kind of client certificate. */
export interface RbacCertificate {
  /** The pattern of the subject: globs by attribute, as in `{ CN: 'billing-*', O: 'Example' }`. At least one. */
  readonly subject: Readonly<Record<string, string>>;
  /** Default: the subject's CN. */
  readonly user?: string | undefined;
  readonly roles?: readonly string[] | undefined;
}

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const texts = v.array(text);

const schema = v.strictObject({
  roles: v.record(
    v.string(),
    v.array(
      v.strictObject({
        actions: v.pipe(texts, v.nonEmpty('must name an action')),
        namespaces: v.optional(v.array(v.string())),
        prefixes: v.optional(v.array(v.string())),
      }),
    ),
  ),
  users: v.optional(v.record(v.string(), texts)),
  tokens: v.optional(
    v.array(v.strictObject({ user: text, hash: text, roles: v.optional(texts), expires: v.optional(text) })),
  ),
  jwt: v.optional(
    v.array(
      v.strictObject({
        key: v.optional(text),
        secret: v.optional(text),
        jwks: v.optional(v.union([text, v.looseObject({ keys: v.array(v.looseObject({ kty: text })) })])),
        algorithms: v.optional(texts),
        issuer: v.optional(text),
        audience: v.optional(text),
        userClaim: v.optional(text),
        userPrefix: v.optional(v.string()),
        rolesClaim: v.optional(text),
        roles: v.optional(texts),
        clockToleranceSeconds: v.optional(v.pipe(v.number(), v.minValue(0))),
      }),
    ),
  ),
  certificates: v.optional(
    v.array(v.strictObject({ subject: v.record(v.string(), text), user: v.optional(text), roles: v.optional(texts) })),
  ),
  anonymous: v.optional(texts),
});

/** Something wrong in a policy, and where. */
export class PolicyFault extends Error {
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], reason: string) {
    super(`${nameOf(path)}: ${reason}`);
    this.path = path;
  }
}

/** `tokens[0].roles`. */
const nameOf = (path: readonly (string | number)[]): string =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('') ||
  'the policy';

/** Throws {@link PolicyFault} unless `data` is a policy all of whose roles exist. */
export function checkPolicy(data: unknown): RbacPolicy {
  const parsed = v.safeParse(schema, data, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = (issue.path ?? []).map(({ key }) => key as string | number);
    throw new PolicyFault(path, reasonOf(issue));
  }
  const policy = parsed.output as RbacPolicy;
  checkRoles(policy, ['anonymous'], policy.anonymous);
  for (const [user, roles] of Object.entries(policy.users ?? {})) checkRoles(policy, ['users', user], roles);
  for (const kind of ['tokens', 'jwt', 'certificates'] as const) {
    for (const [at, { roles }] of (policy[kind] ?? []).entries()) checkRoles(policy, [kind, at, 'roles'], roles);
  }
  return policy;
}

function reasonOf({ kind, type, expected, received, message }: v.BaseIssue<unknown>): string {
  if (kind !== 'schema') return message;
  if (type === 'strict_object' && expected === 'never') return 'is not known here';
  return received === 'undefined' ? `is missing, ${expected} is expected` : `must be ${expected}, not ${received}`;
}

function checkRoles({ roles }: RbacPolicy, path: readonly (string | number)[], names: readonly string[] = []): void {
  for (const [at, name] of names.entries()) {
    if (!Object.hasOwn(roles, name)) throw new PolicyFault([...path, at], `there is no role ${JSON.stringify(name)}`);
  }
}
