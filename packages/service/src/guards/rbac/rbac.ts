import { ConfigError } from '@cfg/core';
import type { Guard, GuardContext } from '../guard.js';
import type { Identity } from '../identity.js';
import { CertificateTable } from './certificates.js';
import { JwtIssuers } from './jwt.js';
import { checkPolicy, PolicyFault, type RbacPolicy } from './policy.js';
import { Roles } from './roles.js';
import { TokenTable } from './tokens.js';

/**
 * A guard by roles: a bearer token, a JSON Web Token or a TLS client certificate makes a user with roles, and roles
 * allow actions in namespaces and below prefixes. A credential that is given must be good; the certificate counts only
 * where there is no `authorization`. The identity's claims are those of the JSON Web Token, and `roles`.
 *
 * Throws `invalid_argument` for a policy with a fault, which it names. For a policy in a file see {@link rbacFile}.
 *
 * @example
 * const guard = rbac({
 *   roles: {
 *     admin: [{ actions: ['*'] }],
 *     shop: [{ actions: ['read', 'list', 'watch'], namespaces: ['shop-*'], prefixes: ['app/'] }],
 *   },
 *   tokens: [{ user: 'ann', hash, roles: ['admin'] }],
 *   jwt: [{ issuer: 'https://id.example.com', audience: 'cfg', jwks: 'https://id.example.com/keys' }],
 *   certificates: [{ subject: { CN: 'shop-*', O: 'Example' }, roles: ['shop'] }],
 * });
 */
export function rbac(policy: RbacPolicy): Guard {
  try {
    return new RbacGuard(checkPolicy(policy));
  } catch (error) {
    throw error instanceof PolicyFault ? new ConfigError('invalid_argument', error.message, { cause: error }) : error;
  }
}

/** The guard of a policy that is checked. */
export class RbacGuard implements Guard {
  readonly #policy: RbacPolicy;
  readonly #roles: Roles;
  readonly #tokens: TokenTable;
  readonly #jwt: JwtIssuers;
  readonly #certificates: CertificateTable;

  constructor(policy: RbacPolicy) {
    this.#policy = policy;
    this.#roles = new Roles(policy);
    this.#tokens = new TokenTable(policy.tokens ?? []);
    this.#jwt = new JwtIssuers(policy.jwt ?? []);
    this.#certificates = new CertificateTable(policy.certificates ?? []);
  }

  authenticate({ metadata, certificate }: GuardContext): Identity | Promise<Identity> {
    const header = metadata.get('authorization');
    if (header !== undefined) return this.#bearerOf(header);
    const found = certificate && this.#certificates.find(certificate);
    if (found !== undefined) return this.#identity(found.user, found.roles);
    const { anonymous } = this.#policy;
    if (anonymous === undefined) throw new ConfigError('unauthenticated', 'missing credential');
    return { userId: '', claims: { roles: anonymous } };
  }

  /** A caller whom another guard knows (a session of the dashboard, say) has the roles that `users` gives that name. */
  authorize(
    { userId, claims }: Identity,
    action: string,
    resource: Parameters<Guard['authorize']>[2],
  ): ReturnType<Roles['decide']> {
    const roles = (claims.roles as readonly string[] | undefined) ?? this.#rolesByName(userId);
    return this.#roles.decide(roles, action, resource);
  }

  /** The roles of a user, whatever the credential, besides those that the credential brings. */
  rolesOf(user: string): readonly string[] {
    const { tokens = [], certificates = [] } = this.#policy;
    const credentials = [...tokens, ...certificates].filter((credential) => credential.user === user);
    return [...new Set([...this.#rolesByName(user), ...credentials.flatMap(({ roles = [] }) => roles)])];
  }

  #bearerOf(header: string): Identity | Promise<Identity> {
    const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
    if (token === undefined) throw new ConfigError('unauthenticated', 'the authorization is not a bearer token');
    if (this.#jwt.takes(token)) {
      const bearer = this.#jwt.verify(token);
      return bearer instanceof Promise
        ? bearer.then(({ user, roles, claims }) => this.#identity(user, roles, claims))
        : this.#identity(bearer.user, bearer.roles, bearer.claims);
    }
    const known = this.#tokens.find(token, Date.now());
    if (known === undefined) throw new ConfigError('unauthenticated', 'unknown token');
    return this.#identity(known.user, known.roles ?? []);
  }

  #identity(userId: string, roles: readonly string[], claims: Readonly<Record<string, unknown>> = {}): Identity {
    const own = this.#rolesByName(userId);
    return { userId, claims: { ...claims, roles: own.length === 0 ? roles : [...roles, ...own] } };
  }

  #rolesByName(user: string): readonly string[] {
    const { users = {} } = this.#policy;
    return Object.hasOwn(users, user) ? (users[user] ?? []) : [];
  }
}
