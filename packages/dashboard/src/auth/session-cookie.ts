import { hkdfSync } from 'node:crypto';
import { ConfigError } from '@cfg/core';
import { wholeNumber } from '@cfg/core/store';
import { callerOf, type HttpRequest, type Identity } from '@cfg/service';
import { stringifySetCookie } from 'cookie';
import { errors, jwtVerify, SignJWT } from 'jose';
import { cookieOf } from './cookies.js';

export interface SessionCookieOptions {
  /**
   * The secret that signs sessions: at least 32 bytes, random, the same on all servers that share users. A text counts in
   * UTF-8. Sessions end when it changes.
   */
  readonly secret: string | Uint8Array;
  /** Default `dash-session`. With `__Host-` in front, which needs HTTPS, no other host of the domain can set it. */
  readonly cookieName?: string | undefined;
  /** How long a session lasts, in milliseconds. Default 28,800,000 (8 hours); 1,000 to 34,560,000,000 (400 days). */
  readonly ttlMs?: number | undefined;
  /** Whether browsers send the cookie over HTTPS only. Default: where one signs in over HTTPS. */
  readonly secure?: boolean | undefined;
  /**
   * Whether browsers send the cookie where a link of another site leads here. Default `strict`: they do not. `lax` is for
   * what must survive the way back from an identity provider.
   */
  readonly sameSite?: 'strict' | 'lax' | undefined;
}

/** The session of a browser's cookie. `ended`: it has expired, or it was never ours. */
export type Session =
  | { readonly state: 'none' }
  | { readonly state: 'ended' }
  | { readonly state: 'open'; readonly identity: Identity };

const algorithm = 'HS256';

/**
 * Sessions in a signed cookie: nothing is kept on the server. The cookie is `HttpOnly` and `SameSite=Strict`, and has
 * `Path=/`, so that it opens the API as it opens the dashboard. A session ends when its time is over or its browser has
 * signed out; a copy of the cookie would outlive signing out, until its time is over.
 *
 * For sign-in flows of your own: `issue` when somebody has signed in, `cookieAuth` with `open` as `validate`.
 *
 * @example
 * const sessions = new SessionCookie({ secret });
 * response.setHeader('set-cookie', await sessions.issue({ userId: 'ann', claims: {} }, request));
 * const auth = cookieAuth(sessions.name, sessions.open);
 */
export class SessionCookie {
  readonly name: string;
  readonly #key: Uint8Array;
  readonly #ttlMs: number;
  readonly #secure: boolean | undefined;
  readonly #sameSite: 'strict' | 'lax';

  /**
   * Throws `invalid_argument` for a secret that is too short, and for other options out of their range.
   *
   * @param purpose sessions of one purpose are not taken for another's, though the secret is the same
   */
  constructor(options: SessionCookieOptions, purpose = 'session') {
    const secret = Buffer.from(options.secret);
    if (secret.length < 32) {
      throw new ConfigError('invalid_argument', `secret must have at least 32 bytes, not ${secret.length}`);
    }
    this.name = options.cookieName ?? 'dash-session';
    if (!/^[\w.-]+$/.test(this.name)) {
      throw new ConfigError('invalid_argument', `cookieName: ${JSON.stringify(this.name)} is no name of a cookie`);
    }
    this.#ttlMs = wholeNumber('ttlMs', options.ttlMs ?? 8 * 3_600_000, 1_000, 400 * 86_400_000);
    this.#secure = options.secure;
    this.#sameSite = options.sameSite ?? 'strict';
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', `cfg dashboard ${purpose}`, 32));
  }

  /** The `Set-Cookie` header that begins a session. Throws `invalid_argument` for claims that no cookie holds (4 KB). */
  async issue(identity: Identity, request: HttpRequest): Promise<string> {
    const token = await new SignJWT({ claims: identity.claims })
      .setProtectedHeader({ alg: algorithm })
      .setSubject(identity.userId)
      .setIssuedAt()
      .setExpirationTime(new Date(Date.now() + this.#ttlMs))
      .sign(this.#key);
    if (token.length > 3_800) throw new ConfigError('invalid_argument', 'the claims are too large for a cookie');
    return this.#cookie(token, Math.floor(this.#ttlMs / 1_000), request);
  }

  /** The `Set-Cookie` header that ends the session. */
  clear(request: HttpRequest): string {
    return this.#cookie('', 0, request);
  }

  /** The session of a request's `Cookie` header. */
  async read(header: string | undefined): Promise<Session> {
    const token = cookieOf(header, this.name);
    if (token === undefined) return { state: 'none' };
    const identity = await this.open(token);
    return identity === undefined ? { state: 'ended' } : { state: 'open', identity };
  }

  /** Whose session the cookie's value is; undefined if it has expired or was never ours. */
  readonly open = async (token: string): Promise<Identity | undefined> => {
    try {
      const { payload } = await jwtVerify<{ claims?: Identity['claims'] }>(token, this.#key, {
        algorithms: [algorithm],
        requiredClaims: ['sub', 'exp'],
      });
      return { userId: payload.sub ?? '', claims: payload.claims ?? {} };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };

  #cookie(value: string, maxAge: number, request: HttpRequest): string {
    const secure = this.#secure ?? callerOf(request).protocol === 'https';
    const scope = { path: '/', httpOnly: true, sameSite: this.#sameSite, secure };
    return stringifySetCookie({ name: this.name, value, maxAge, ...scope });
  }
}
