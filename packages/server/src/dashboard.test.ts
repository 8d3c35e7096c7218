import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RemoteStore } from '@cfg/client';
import { MemoryStore } from '@cfg/core';
import { bearerTokenAuth, cookieAuth, createDashboard, type DashboardAuth, sessionGuard } from '@cfg/dashboard';
import { createInProcessGateway } from '@cfg/gateway';
import { createConfigService, hashToken, rbac } from '@cfg/service';
import express from 'express';
import { describe, expect, it } from 'vitest';
import type { ServerOptions } from './options.js';
import { startServer } from './server.js';

const ports = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };
const passphrase = 'correct horse';
const key = '/v1/namespaces/n/keys/a';

/** A browser's cookies and origin, without its pages. */
class Browser {
  readonly #url: string;
  #cookie = '';

  constructor(url: string) {
    this.#url = url;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(this.#cookie && { cookie: this.#cookie }), ...init.headers };
    const response = await fetch(this.#url + path, { redirect: 'manual', ...init, headers });
    this.#cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? this.#cookie;
    return response;
  }

  async status(path: string, init?: RequestInit): Promise<number> {
    const response = await this.ask(path, init);
    await response.body?.cancel();
    return response.status;
  }

  signIn(typed = passphrase): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    return this.status('/dashboard/login', { method: 'POST', headers, body: JSON.stringify({ passphrase: typed }) });
  }

  write(headers: Record<string, string> = {}): Promise<number> {
    return this.status(key, { method: 'PUT', headers: { 'content-type': 'application/json', ...headers }, body: '1' });
  }
}

const withToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('one credential', () => {
  const hmac = { ...ports, dashboardAuth: 'hmac', dashboardPassphrase: passphrase } as const;

  it('a passphrase opens page and API, and is the only way into a server without a guard', async () => {
    await using server = await startServer({ ...hmac, http: '0.0.0.0:0', grpc: '0.0.0.0:0' }); // it is not open
    const url = `http://127.0.0.1:${server.httpAddress.split(':')[1]}`;
    const browser = new Browser(url);
    expect([await browser.status('/dashboard/config.json'), await browser.status(key)]).toEqual([401, 401]);
    expect(await browser.signIn('guess')).toBe(401);
    expect(await browser.write()).toBe(401);
    expect(await browser.signIn()).toBe(204);
    expect([await browser.status('/dashboard/'), await browser.write()]).toEqual([200, 200]);
    expect(await browser.status('/v1/watch?namespaces=n')).toBe(200);
    const { records } = (await (await browser.ask('/v1/audit')).json()) as { records: unknown[] };
    expect(records).toMatchObject([{ userId: 'dashboard', operation: 'set', key: 'a' }]);
    expect(await browser.status('/dashboard/logout', { method: 'POST' })).toBe(204);
    expect(await browser.write()).toBe(401);
    const grpc = `127.0.0.1:${server.grpcAddress.split(':')[1]}`;
    await using store = new RemoteStore(grpc, { insecure: true, token: 'x' });
    await expect(store.connect()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('a session may do what the policy gives its user, beside callers with tokens', async () => {
    const { token, hash } = hashToken();
    const guard = rbac({
      roles: { reader: [{ actions: ['read', 'list', 'watch'] }], admin: [{ actions: ['*'] }] },
      users: { ops: ['reader'] },
      tokens: [{ user: 'ci', hash, roles: ['admin'] }],
    });
    await using server = await startServer({ ...hmac, guard, dashboardUser: 'ops' });
    const browser = new Browser(`http://${server.httpAddress}`);
    await browser.signIn();
    expect([await browser.status('/v1/namespaces/n/keys'), await browser.write()]).toEqual([200, 403]);
    expect(await (await browser.ask('/dashboard/session')).json()).toEqual({ userId: 'ops' });
    // A token wins over the browser's cookie, be the cookie good or not.
    expect(await browser.write(withToken(token).headers)).toBe(200);
    expect(await browser.write({ ...withToken(token).headers, cookie: 'dash-session=x.y.z' })).toBe(200);
    expect(await browser.write(withToken('no').headers)).toBe(401);
    // A session that has ended is told from one that may not.
    expect(await browser.write({ cookie: 'dash-session=x.y.z' })).toBe(401);
  });

  it('a token opens the data, of a page that is public', async () => {
    const { token, hash } = hashToken();
    const guard = rbac({ roles: { admin: [{ actions: ['*'] }] }, tokens: [{ user: 'ann', hash, roles: ['admin'] }] });
    await using server = await startServer({ ...ports, guard });
    const browser = new Browser(`http://${server.httpAddress}`);
    expect(await (await browser.ask('/dashboard/config.json')).json()).toMatchObject({ auth: { strategy: 'bearer' } });
    expect([await browser.status('/dashboard/'), await browser.status(key)]).toEqual([200, 401]);
    expect([await browser.write(withToken(token).headers), await browser.write(withToken('x').headers)]).toEqual([
      200, 401,
    ]);
    expect(await (await browser.ask('/dashboard/session', withToken(token))).json()).toEqual({ userId: 'ann' });
    expect(await browser.status('/dashboard/session')).toBe(401);
  });
});

describe('what is measured', () => {
  it('is told to who may know it, and counted from then on', async () => {
    const [reader, admin] = [hashToken(), hashToken()];
    const guard = rbac({
      roles: { reader: [{ actions: ['read'] }], admin: [{ actions: ['*'] }] },
      tokens: [
        { user: 'bob', hash: reader.hash, roles: ['reader'] },
        { user: 'ann', hash: admin.hash, roles: ['admin'] },
      ],
    });
    await using server = await startServer({ ...ports, guard });
    const browser = new Browser(`http://${server.httpAddress}`);
    const path = '/dashboard/metrics';
    expect([await browser.status(path), await browser.status(path, withToken(reader.token))]).toEqual([401, 403]);
    await browser.ask(key, withToken(admin.token));
    expect(await (await browser.ask(path, withToken(admin.token))).text()).not.toContain('method="ConfigService/Get"');
    await browser.ask(key, withToken(admin.token));
    const told = await (await browser.ask(path, withToken(admin.token))).text();
    expect(told).toContain('cfg_calls_total{method="ConfigService/Get",code="NOT_FOUND"} 1');
    expect(told).toContain('cfg_store_revision 0');
  });
});

describe('a web page of others', () => {
  it.each<[string, ServerOptions]>([
    ['', {}],
    ['where the API takes calls of all pages', { allowedOrigins: '*' }],
  ])("cannot use a browser's session %s", async (_, options) => {
    const hmac = { ...ports, dashboardAuth: 'hmac', dashboardPassphrase: passphrase } as const;
    await using server = await startServer({ ...hmac, ...options });
    const browser = new Browser(`http://${server.httpAddress}`);
    await browser.signIn();
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      expect(await browser.write({ origin })).toBe(403);
      expect(await browser.status(key, { method: 'DELETE', headers: { origin } })).toBe(403);
      expect(await browser.status('/v1/namespaces/n/batch', { method: 'POST', headers: { origin }, body: '{}' })).toBe(
        403,
      );
    }
    expect(await browser.status(key)).toBe(404);
    expect(await browser.write({ origin: `http://${server.httpAddress}` })).toBe(200);
  });
});

describe('a dashboard of your own', () => {
  async function serve(auth: DashboardAuth, mount = '') {
    const store = new MemoryStore();
    await store.connect();
    const guard = sessionGuard(auth, rbac({ roles: { admin: [{ actions: ['*'] }] }, users: { ann: ['admin'] } }));
    const gateway = createInProcessGateway(createConfigService(store, { guard }));
    const app = express();
    app.use(mount || '/', createDashboard({ auth, guard }).handler, gateway.handler);
    const http = createServer(app);
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve);
    });
    return {
      browser: new Browser(`http://127.0.0.1:${(http.address() as AddressInfo).port}${mount}`),
      async [Symbol.asyncDispose]() {
        await gateway.close();
        http.closeAllConnections();
        http.close();
        await store.close();
      },
    };
  }

  const users: Record<string, string> = { 'good value': 'ann', other: 'bob' };
  const validate = async (value: string) => {
    if (value === 'boom') throw new Error('secret detail');
    const userId = users[value];
    return userId === undefined ? undefined : { userId, claims: {} };
  };
  const cookie = (value: string) => ({
    headers: { cookie: `other=1; sid=${encodeURIComponent(value)}`, accept: 'text/html' },
  });

  it.each(['', '/config'])('takes the cookie of another application, at %j', async (mount) => {
    await using served = await serve(cookieAuth('sid', validate, { loginUrl: '/sign-in?x' }), mount);
    const { browser } = served;
    const sent = await browser.ask('/dashboard/ns/a', { headers: { accept: 'text/html' } });
    const returnTo = encodeURIComponent(`${mount}/dashboard/ns/a`);
    expect([sent.status, sent.headers.get('location')]).toEqual([303, `/sign-in?x&returnTo=${returnTo}`]);
    expect(await browser.status('/dashboard/', cookie('good value'))).toBe(200);
    expect(await browser.write(cookie('good value').headers)).toBe(200);
    expect(await browser.write(cookie('other').headers)).toBe(403);
    expect(await browser.write(cookie('unknown').headers)).toBe(401);
    expect(await browser.write({})).toBe(401);
    expect(await browser.write({ ...cookie('good value').headers, origin: 'https://evil.example' })).toBe(403);
    const [page, api] = [await browser.ask('/dashboard/', cookie('boom')), await browser.ask(key, cookie('boom'))];
    expect([page.status, api.status]).toEqual([500, 503]);
    expect((await page.text()) + (await api.text())).not.toContain('secret detail');
  });

  it('says what to do where it does not know where one signs in', async () => {
    await using served = await serve(cookieAuth('sid', validate));
    const refused = await served.browser.ask('/dashboard/', cookie('unknown'));
    expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining('Sign in where you sign in')]);
  });

  it('takes tokens by a function', async () => {
    await using served = await serve(
      bearerTokenAuth((token) => (token === 't' ? { userId: 'ann', claims: {} } : undefined)),
    );
    expect(await served.browser.write(withToken('t').headers)).toBe(200);
    expect(await served.browser.write(withToken('u').headers)).toBe(401);
    expect(await served.browser.status('/dashboard/')).toBe(200);
  });
});
