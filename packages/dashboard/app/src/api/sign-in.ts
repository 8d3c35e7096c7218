import { clientConfig, signedIn, signInWith } from './session.ts';

/** How an attempt to sign in went. */
export type SignInResult =
  | { readonly kind: 'in' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'offline' };

/** Signs in with the passphrase: the server answers with its cookie. */
export async function sendPassphrase(passphrase: string): Promise<SignInResult> {
  const url = new URL(clientConfig().auth.loginPath ?? 'login', document.baseURI);
  const headers = { 'content-type': 'application/json' };
  return resultOf(url, { method: 'POST', headers, body: JSON.stringify({ passphrase }) }, signedIn);
}

/** Asks the server whose token it is, and keeps it if it is somebody's. */
export const sendToken = (token: string): Promise<SignInResult> =>
  resultOf(sessionUrl(), { headers: { authorization: `Bearer ${token}` } }, () => signInWith(token));

/** Whether the browser has signed in meanwhile, in another tab say. */
export const askSession = (): Promise<SignInResult> => resultOf(sessionUrl(), {}, signedIn);

/** Who has signed in; empty where the server cannot tell. */
export async function whoAmI(headers: Record<string, string>, signal: AbortSignal): Promise<string> {
  const response = await fetch(sessionUrl(), { headers, credentials: 'same-origin', signal });
  if (!response.ok) return '';
  const { userId } = (await response.json()) as { userId?: string };
  return userId ?? '';
}

const sessionUrl = (): URL => new URL('session', document.baseURI);

async function resultOf(url: URL, init: RequestInit, onSuccess: () => void): Promise<SignInResult> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, credentials: 'same-origin', cache: 'no-store' });
  } catch {
    return { kind: 'offline' };
  }
  if (response.status === 429) return { kind: 'wait', seconds: Number(response.headers.get('retry-after') ?? 10) };
  if (response.status === 401) return { kind: 'wrong' };
  if (!response.ok) return { kind: 'offline' };
  onSuccess();
  return { kind: 'in' };
}
