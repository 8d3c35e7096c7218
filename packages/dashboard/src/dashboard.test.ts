import { ConfigError } from '@cfg/core';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DashboardAuth } from './index.js';
import { createDashboard, noAuth } from './index.js';
import { BuiltPage, page, script, Web } from './test/web.js';

let built: BuiltPage;
beforeAll(() => {
  built = new BuiltPage();
});
afterAll(() => built[Symbol.dispose]());

const asset = '/dashboard/assets/app-abc123.js';

describe('the page', () => {
  it('is shown by every path below it, which finds its assets from there', async () => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth() }).handler);
    for (const [path, root] of [
      ['/dashboard/', './'],
      ['/dashboard/?q=a/b', './'],
      ['/dashboard/ns', './'],
      ['/dashboard/ns/', '../'],
      ['/dashboard/ns/prod/keys/app%2Fconfig.json', '../../../'],
      ['/dashboard/ns/prod/keys/app/config.json', '../../../../'],
    ] as const) {
      const { status, text } = await web.ask(path);
      expect([path, status, /<base href="([^"]*)"/.exec(text)?.[1]]).toEqual([path, 200, root]);
      expect(new URL(root, `http://x${path}`).pathname).toBe('/dashboard/');
    }
  });

  it('may run its own scripts only, and styles by a nonce that nobody can foresee', async () => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth() }).handler);
    const nonces = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const { headers, text } = await web.ask('/dashboard/');
      const policy = String(headers['content-security-policy']);
      const nonce = /style-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(text).toBe(page.replace('CFG_CSP_NONCE', nonce));
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
  });

  it('has assets that are compressed beforehand and kept for ever', async () => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth() }).handler);
    for (const [accepted, encoding] of [
      ['br, gzip', 'br'],
      ['gzip', 'gzip'],
      ['identity', undefined],
    ] as const) {
      const { status, headers, text } = await web.ask(asset, { headers: { 'accept-encoding': accepted } });
      expect([status, headers['content-encoding'], text]).toEqual([200, encoding, script]);
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': 'text/javascript',
        'x-content-type-options': 'nosniff',
      });
      expect(headers.vary).toContain('Accept-Encoding');
    }
    expect((await web.ask('/dashboard/assets/app-old.js')).status).toBe(404);
    expect((await web.ask(asset, { method: 'HEAD' })).text).toBe('');
  });

  it.each([
    '/dashboard/../cfg-outside.txt',
    '/dashboard/..%2fcfg-outside.txt',
    '/dashboard/%2e%2e/cfg-outside.txt',
    '/dashboard/assets/../../cfg-outside.txt',
    '/dashboard/assets/..%2f..%2fcfg-outside.txt',
    '/dashboard/assets/%2e%2e%5c%2e%2e%5ccfg-outside.txt',
    '/dashboard/assets/%252e%252e/cfg-outside.txt',
    '/dashboard//etc/passwd',
    '/dashboard/assets//etc/passwd',
    '/dashboard/assets/%00',
    '/dashboard/%',
    '/dashboard/assets/app-abc123.js%00.css',
    '/dashboard/assets/app-abc123.js/..',
  ])('does not lead out of its folder: %s', async (path) => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth() }).handler);
    const { status, text } = await web.ask(path);
    expect([200, 404]).toContain(status);
    expect(text).not.toContain('outside');
    expect(text).not.toContain('root:');
  });

  it('is only read', async () => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth() }).handler);
    for (const path of ['/dashboard/', '/dashboard/config.json', asset]) {
      const { status, headers } = await web.ask(path, { method: 'POST', body: '{}' });
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    }
  });
});

describe('a dashboard', () => {
  it('tells its page how to sign in and where the API is', async () => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth() }).handler);
    const { headers, text } = await web.ask('/dashboard/config.json');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(JSON.parse(text)).toEqual({ auth: { strategy: 'none' }, apiPath: '../', version: expect.any(String) });
  });

  it.each([
    ['/dashboard', '../'],
    ['/', './'],
    ['/a/b', '../../'],
  ])('at %s takes the API from where it is mounted itself', async (basePath, apiPath) => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth(), basePath }).handler);
    const home = basePath === '/' ? '/' : `${basePath}/`;
    expect(JSON.parse((await web.ask(`${home}config.json`)).text)).toMatchObject({ apiPath });
    expect((await web.ask(home)).status).toBe(200);
  });

  it('stands on express, below a path, and hands on what is not its own', async () => {
    const { handler } = built.dashboard({ auth: noAuth(), apiPath: '/config' });
    const app = express().use('/config', handler, (request, response) => {
      response.send(`next ${request.url}`);
    });
    await using web = await Web.serving(app);
    const redirect = await web.ask('/config/dashboard?x=1');
    expect([redirect.status, redirect.headers.location]).toEqual([308, 'dashboard/?x=1']);
    expect((await web.ask('/config/dashboard/')).text).toContain('<script');
    expect(JSON.parse((await web.ask('/config/dashboard/config.json')).text)).toMatchObject({ apiPath: '/config/' });
    expect((await web.ask('/config/v1/x')).text).toBe('next /v1/x');
    expect((await web.ask('/config/dashboards/')).text).toBe('next /dashboards/');
    await using alone = await Web.serving(handler);
    expect((await alone.ask('/v1/x')).status).toBe(404);
  });

  it('takes any object with a middleware and a client configuration as its auth', async () => {
    const seen: unknown[] = [];
    const auth: DashboardAuth = {
      clientConfig: { strategy: 'proxy', loginPath: 'https://id.example.com/' },
      middleware(request, response, next) {
        seen.push([request.url, (request as { originalUrl?: string }).originalUrl]);
        if (request.headers['x-user'] === 'boom') next?.(new Error('secret detail'));
        else if (request.headers['x-user'] === 'ann') next?.();
        else response.writeHead(401).end();
      },
      authenticate: ({ metadata }) => {
        if (metadata.get('authorization') === 'boom') throw new Error('secret detail');
        if (metadata.get('authorization') === undefined) throw new ConfigError('unauthenticated', 'who?');
        return { userId: 'ann', claims: {} };
      },
    };
    const logged: unknown[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => void logged.push(fields) };
    await using web = await Web.serving(built.dashboard({ auth, logger }).handler);
    expect((await web.ask('/dashboard/ns/a?b')).status).toBe(401);
    expect(seen).toEqual([['/ns/a?b', '/dashboard/ns/a?b']]);
    const ann = { 'x-user': 'ann' };
    expect((await web.ask('/dashboard/', { headers: ann })).status).toBe(200);
    expect((await web.ask('/dashboard/session', { headers: ann })).status).toBe(401);
    const session = await web.ask('/dashboard/session', { headers: { ...ann, authorization: 'x' } });
    expect([session.status, session.text]).toEqual([200, '{"userId":"ann"}']);
    for (const headers of [{ 'x-user': 'boom' }, { ...ann, authorization: 'boom' }]) {
      const failed = await web.ask('/dashboard/session', { headers });
      expect([failed.status, failed.text]).toEqual([500, 'internal error\n']);
    }
    expect(logged).toHaveLength(2);
  });

  it.each([
    [{ auth: noAuth(), basePath: 'dashboard' }, 'basePath'],
    [{ auth: noAuth(), basePath: '/a/../b' }, 'basePath'],
    [{ auth: noAuth(), basePath: '/"><script>' }, 'basePath'],
    [{ auth: noAuth(), apiPath: '//evil.example/' }, 'apiPath'],
    [{ auth: noAuth(), apiPath: 'https://evil.example/' }, 'apiPath'],
    [{ auth: undefined as never }, 'auth'],
    [{ auth: { middleware: () => {} } as never }, 'auth'],
  ])('refuses %j', (options, name) => {
    expect(() => createDashboard(options)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
    );
  });
});
