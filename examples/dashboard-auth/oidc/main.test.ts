import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Browser, ExampleProgram } from '../example-program.ts';

let program: ExampleProgram;
let identities: Server;

/** A provider that takes any password; who is called ann is in the group. */
async function openProvider(redirectUris: string[]): Promise<string> {
  identities = createServer();
  await new Promise<void>((resolve) => {
    identities.listen(0, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${(identities.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'cfg', client_secret: 'client secret', redirect_uris: redirectUris }],
    claims: { openid: ['sub', 'groups'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, groups: accountId === 'ann' ? ['config-admins'] : [] }),
    }),
  });
  provider.on('server_error', (_context, error) => console.error(error));
  identities.on('request', provider.callback());
  return issuer;
}

beforeAll(async () => {
  // Where the example listens is known only when it does, and the provider wants to know before.
  const publicUrl = 'http://127.0.0.1:1';
  const issuer = await openProvider([`${publicUrl}/callback`]);
  const session = { SESSION_SECRET: 'a secret of at least 32 bytes, really' };
  const env = { ISSUER: issuer, CLIENT_ID: 'cfg', CLIENT_SECRET: 'client secret', PUBLIC_URL: publicUrl, ...session };
  program = await ExampleProgram.start('oidc/main.ts', env);
});

afterAll(async () => {
  await program[Symbol.asyncDispose]();
  identities.closeAllConnections();
  identities.close();
});

/** Goes to the provider and signs in there. Returns where it then leads: to the example's callback. */
async function toCallback(browser: Browser, name: string, page = '/dashboard/ns/demo'): Promise<string> {
  let at = `${program.url}${page}`;
  let response = await browser.ask(at);
  for (let step = 0; step < 20; step += 1) {
    const location = response.headers.get('location');
    if (location !== null) {
      at = new URL(location, at).href;
      if (at.startsWith('http://127.0.0.1:1/')) return at.replace('http://127.0.0.1:1', program.url);
      response = await browser.ask(at);
      continue;
    }
    const form = await response.text();
    const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(form) ?? [];
    if (prompt === '') throw new Error(`${at}: ${response.status} ${form.slice(0, 500)}`);
    const fields = prompt === 'login' ? { prompt, login: name, password: 'any' } : { prompt };
    response = await browser.ask(at, { method: 'POST', body: new URLSearchParams(fields) });
  }
  throw new Error(`led in circles to ${at}`);
}

async function signedIn(name: string): Promise<Browser> {
  const browser = new Browser();
  const back = await browser.follow(await toCallback(browser, name));
  expect([back.response.status, back.url]).toEqual([200, `${program.url}/dashboard/ns/demo`]);
  return browser;
}

it('signs users in at the provider, who may then do what their groups allow', async () => {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  expect(await ann.write(program.url)).toBe(200);
  expect(await bob.write(program.url)).toBe(403);
  expect(await (await ann.ask(`${program.url}/dashboard/session`)).json()).toEqual({ userId: 'ann' });
  expect(await ann.write(program.url, { origin: 'https://evil.example' })).toBe(403);
  expect((await ann.ask(`${program.url}/sign-out`, { method: 'POST', headers: { origin: 'null' } })).status).toBe(403);
  await ann.ask(`${program.url}/sign-out`, { method: 'POST' });
  expect(await ann.write(program.url)).toBe(401);
});

it('shows its page to a browser that keeps the cookie back, because the provider is another site', async () => {
  const browser = new Browser();
  const callback = await toCallback(browser, 'ann');
  const done = await browser.ask(callback);
  const page = new URL(String(done.headers.get('location')), program.url).href;
  const session = browser.cookies.get('dash-session') ?? '';
  browser.cookies.delete('dash-session');
  const first = await browser.ask(page, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } });
  const [, again = ''] = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(await first.text()) ?? [];
  browser.cookies.set('dash-session', session);
  const second = await browser.ask(new URL(again, page).href);
  expect([second.status, second.url]).toEqual([200, `${program.url}/dashboard/ns/demo`]);
});

it('takes a code only from the browser that began, and with its state', async () => {
  const victim = new Browser();
  const callback = await toCallback(new Browser(), 'ann');
  expect((await victim.ask(callback)).status).toBe(400); // no cookie of a sign-in
  await victim.ask(`${program.url}/sign-in`);
  expect((await victim.ask(callback)).status).toBe(403); // of another sign-in
  const forged = new URL(await toCallback(victim, 'bob'));
  forged.searchParams.set('state', 'forged');
  expect((await victim.ask(forged.href)).status).toBe(403);
  expect(victim.cookies.has('dash-session')).toBe(false);
  expect(await victim.write(program.url)).toBe(401);
});

it('does not take the cookie of the way to the provider for a session', async () => {
  const browser = new Browser();
  await browser.ask(`${program.url}/sign-in`);
  browser.cookies.set('dash-session', browser.cookies.get('sign-in') ?? '');
  expect(await browser.write(program.url)).toBe(401);
});
