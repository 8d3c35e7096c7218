import { clientConfig, session, signedOut, token } from '../api/session.ts';
import { useStore } from '../state/store.ts';

/** Whether there is something to sign out of. */
export function useCanSignOut(): boolean {
  const { state } = useStore(session);
  return state === 'in' && (token() !== undefined || clientConfig().auth.logoutPath !== undefined);
}

/** Ends the session: forgets the token, or has the server take its cookie back. */
export async function signOut(): Promise<void> {
  const { logoutPath, loginPath } = clientConfig().auth;
  if (logoutPath !== undefined) {
    const url = new URL(logoutPath, document.baseURI);
    await fetch(url, { method: 'POST', headers: { accept: 'application/json' }, credentials: 'same-origin' });
    if (loginPath !== undefined) return window.location.assign(new URL(loginPath, document.baseURI));
  }
  signedOut();
}
