// The dashboard behind OpenID Connect: authorization code flow with PKCE. ISSUER, CLIENT_ID, CLIENT_SECRET and SESSION_SECRET
// (at least 32 bytes) come from the environment; register http://127.0.0.1:8080/callback at the provider.

import { cookieAuth, SessionCookie } from '@cfg/dashboard';
import { type Identity, isFromOwnPage } from '@cfg/service';
import express from 'express';
import * as client from 'openid-client';
import { configServer } from '../config-server.ts';

const { ISSUER = '', CLIENT_ID = '', CLIENT_SECRET, SESSION_SECRET = '', PORT = '8080' } = process.env;
const { PUBLIC_URL = `http://127.0.0.1:${PORT}` } = process.env;

const issuer = new URL(ISSUER);
const isLocal = issuer.hostname === '127.0.0.1';
const provider = await client.discovery(issuer, CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: isLocal ? [client.allowInsecureRequests] : [], // a provider on this machine, in a test
});
const redirectUri = new URL('/callback', PUBLIC_URL).href;

// Who has signed in, and, until then, what the way to the provider and back has to remember.
const sessions = new SessionCookie({ secret: SESSION_SECRET });
const flowOptions = { secret: SESSION_SECRET, cookieName: 'sign-in', ttlMs: 600_000, sameSite: 'lax' } as const;
const flows = new SessionCookie(flowOptions, 'way to the provider');

const auth = cookieAuth(sessions.name, sessions.open, { loginUrl: '/sign-in', logoutUrl: '/sign-out' });
const app = express();

app.get('/sign-in', async (request, response) => {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const wanted = String(request.query.returnTo ?? '');
  const returnTo = /^\/dashboard\/[\w./?&=%:-]{0,1000}$/.test(wanted) ? wanted : '/dashboard/';
  const flow = await flows.issue({ userId: '', claims: { verifier, state, nonce, returnTo } }, request);
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  response.setHeader('set-cookie', flow);
  response.redirect(303, url.href);
});

app.get('/callback', async (request, response) => {
  const flow = await flows.read(request.headers.cookie);
  if (flow.state !== 'open') {
    response.status(400).send('This sign-in took too long, or began in another browser. <a href="/sign-in">Again</a>');
    return;
  }
  const { verifier = '', state = '', nonce = '', returnTo = '' } = flow.identity.claims as Record<string, string>;
  let identity: Identity;
  try {
    const answer = new URL(request.originalUrl, PUBLIC_URL);
    const tokens = await client.authorizationCodeGrant(provider, answer, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    });
    identity = identityOf(tokens.claims());
  } catch {
    response.status(403).send('The provider did not confirm this sign-in. <a href="/sign-in">Again</a>');
    return;
  }
  response.setHeader('set-cookie', [await sessions.issue(identity, request), flows.clear(request)]);
  response.redirect(303, returnTo);
});

app.post('/sign-out', (request, response) => {
  if (!isFromOwnPage(request)) {
    response.sendStatus(403);
    return;
  }
  response.setHeader('set-cookie', sessions.clear(request));
  response.redirect(303, '/sign-in');
});

/** Your provider says in its own claims who may do what; here it is the claim `groups`. */
function identityOf(claims: client.IDToken | undefined): Identity {
  if (claims === undefined) throw new Error('no ID token');
  const groups = Array.isArray(claims.groups) ? claims.groups : [];
  return { userId: claims.sub, claims: { roles: groups.includes('config-admins') ? ['admin'] : ['reader'] } };
}

app.use(...(await configServer(auth)));
const server = app.listen(Number(PORT), '127.0.0.1', () => console.log(JSON.stringify(server.address())));
