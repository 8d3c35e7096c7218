// Who is signed in, as far as the page knows: the server decides, and says 401 where it does not agree.
import { createStore } from '../state/store.ts';

/** `config.json` beside the page: how to sign in, and where the API is. Its paths are relative to the page's base. */
export interface ClientConfig {
  readonly auth: {
    /** `none`, `cookie`, `bearer`, `hmac`, or a name of the server's own. */
    readonly strategy: string;
    readonly loginPath?: string | undefined;
    readonly logoutPath?: string | undefined;
  };
  /** The folder of `v1/`, `readyz` and `metrics`. */
  readonly apiPath: string;
  readonly version?: string | undefined;
  /** Whether the server knows who else has a key on the screen. */
  readonly presence?: boolean | undefined;
}

export interface Session {
  /** `unknown` until the first answer. */
  readonly state: 'unknown' | 'in' | 'out';
  /** Counts sign-ins, so that what failed for want of one is tried again. */
  readonly count: number;
}

const tokenKey = 'cfg-token';

export const session = createStore<Session>({ state: 'unknown', count: 0 });

let config: ClientConfig = { auth: { strategy: 'none' }, apiPath: '../' };

export const clientConfig = (): ClientConfig => config;

export function configure(next: ClientConfig): void {
  config = next;
}

/** The token that this tab signed in with; it goes when the tab does. */
export const token = (): string | undefined => sessionStorage.getItem(tokenKey) ?? undefined;

export function signInWith(bearer: string): void {
  sessionStorage.setItem(tokenKey, bearer);
  signedIn();
}

export function signedIn(): void {
  session.update(({ count }) => ({ state: 'in', count: count + 1 }));
}

/** An answer came that only a caller who is signed in gets. */
export function confirmSignedIn(): void {
  if (session.get().state === 'unknown') session.update(({ count }) => ({ state: 'in', count }));
}

/**
 * Forgets who has signed in.
 *
 * @param since the count of sign-ins when the call was made that was refused: an answer to a call from before the last one
 * says nothing
 */
export function signedOut(since: number = session.get().count): void {
  if (since !== session.get().count) return;
  sessionStorage.removeItem(tokenKey);
  if (session.get().state !== 'out') session.update(({ count }) => ({ state: 'out', count }));
}

/** The headers of every call. */
export function credentials(): Record<string, string> {
  const bearer = token();
  return bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
}
