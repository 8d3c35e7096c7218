import { createHmac } from 'node:crypto';
import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HmacAuthOptions, hmacAuth } from '../index.js';
import { type Answer, BuiltPage, cookieFrom, Web } from '../test/web.js';

const secret = 'a secret of at least 32 bytes, really';
const passphrase = 'correct horse';
const html = { accept: 'text/html' };
const form = { 'content-type': 'application/x-www-form-urlencoded', ...html };
const login = '/dashboard/login';

let built: BuiltPage;
beforeAll(() => {
  built = new BuiltPage();
});
afterAll(() => built[Symbol.dispose]());
afterEach(() => {
  vi.useRealTimers();
});

const open = (options: Partial<HmacAuthOptions> = {}): Promise<Web> =>
  Web.serving(built.dashboard({ auth: hmacAuth({ secret, passphrase, ...options }) }).handler);

const signIn = (web: Web, typed = passphrase, headers: Record<string, string> = {}): Promise<Answer> =>
  web.ask(login, { method: 'POST', headers: { ...form, ...headers }, body: `passphrase=${encodeURIComponent(typed)}` });

const statusWith = async (web: Web, cookie: string): Promise<number> =>
  (await web.ask('/dashboard/config.json', { headers: { cookie } })).status;

describe('signing in with a passphrase', () => {
  it('opens the page that was asked for', async () => {
    await using web = await open();
    const asked = await web.ask('/dashboard/ns/prod?tab=history', { headers: html });
    expect([asked.status, asked.headers.location]).toEqual([303, '../login?returnTo=%2Fns%2Fprod%3Ftab%3Dhistory']);
    const shown = await web.ask(`${login}?returnTo=%2Fns%2Fprod%3Ftab%3Dhistory`);
    expect(shown.status).toBe(200);
    expect(shown.text).toContain('name="returnTo" value="/ns/prod?tab=history"');
    const body = new URLSearchParams({ passphrase, returnTo: '/ns/prod?tab=history' }).toString();
    const done = await web.ask(login, { method: 'POST', headers: form, body });
    expect([done.status, done.headers.location]).toEqual([303, './ns/prod?tab=history']);
    expect(done.headers['set-cookie']).toEqual([
      expect.stringMatching(/^dash-session=[\w.-]+; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    const cookie = cookieFrom(done);
    const page = await web.ask('/dashboard/ns/prod', { headers: { ...html, cookie } });
    expect([page.status, page.text.includes('<script')]).toEqual([200, true]);
    const session = await web.ask('/dashboard/session', { headers: { cookie } });
    expect(session.text).toBe('{"userId":"dashboard"}');
  });

  it('shows nothing without: neither the page nor what it is made of', async () => {
    await using web = await open();
    for (const path of [
      '/dashboard/',
      '/dashboard/assets/app-abc123.js',
      '/dashboard/config.json',
      '/dashboard/session',
    ]) {
      const { status, text } = await web.ask(path);
      expect([path, status, text.includes('console.log')]).toEqual([path, 401, false]);
    }
  });

  it('lets a browser come back that a link of another site led here, whose cookie is kept back at first', async () => {
    await using web = await open();
    const cookie = cookieFrom(await signIn(web));
    const foreign = { ...html, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const first = await web.ask('/dashboard/ns/a?b="&c', { headers: foreign });
    expect([first.status, /url=([^"]*)"/.exec(first.text)?.[1]]).toEqual([200, '../ns/a?b=&#34;&#38;c']);
    const second = await web.ask('/dashboard/ns/a', { headers: { ...html, cookie, 'sec-fetch-site': 'same-origin' } });
    expect(second.status).toBe(200);
  });

  it('answers the page itself, in the middle of an edit, in JSON', async () => {
    await using web = await open();
    const ask = (body: string): Promise<Answer> =>
      web.ask(login, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const right = await ask(JSON.stringify({ passphrase }));
    expect([right.status, await statusWith(web, cookieFrom(right))]).toEqual([204, 200]);
    const wrong = await ask('{"passphrase":"guess"}');
    expect([wrong.status, wrong.text, wrong.headers['set-cookie']]).toEqual([401, '{"message":"wrong"}', undefined]);
    for (const body of [
      '',
      '{',
      '[]',
      'null',
      '{"passphrase":1}',
      JSON.stringify({ passphrase: 'x'.repeat(20_000) }),
    ]) {
      expect((await ask(body)).status).toBe(400);
    }
  });

  it('takes what an application has parsed before', async () => {
    const { handler } = built.dashboard({ auth: hmacAuth({ secret, passphrase }) });
    await using web = await Web.serving(express().use(express.urlencoded(), handler));
    expect((await signIn(web)).status).toBe(303);
  });

  it('takes a passphrase however its letters are composed', async () => {
    await using web = await open({ passphrase: 'grüße' });
    expect((await signIn(web, 'gru\u0308ße')).status).toBe(303);
    expect((await signIn(web, 'grusse')).status).toBe(401);
  });

  it.each([
    ['https://evil.example/', './'],
    ['//evil.example/', './'],
    ['/\\evil.example', './'],
    ['/../v1/x', './'],
    ['/%0d%0aset-cookie:x=y', './%0d%0aset-cookie:x=y'],
    ['/\r\nset-cookie: x=y', './'],
    ['javascript:alert(1)', './'],
    ['/ns/../../..', './'],
    ['/ns/a', './ns/a'],
  ])('leads only to pages of the dashboard: %j', async (returnTo, location) => {
    await using web = await open();
    const body = new URLSearchParams({ passphrase, returnTo }).toString();
    const done = await web.ask(login, { method: 'POST', headers: form, body });
    expect(done.headers.location).toBe(location);
    expect(new URL(String(done.headers.location), 'http://x/dashboard/login').href).toMatch(/^http:\/\/x\/dashboard\//);
  });

  it('has a form without script, in the language of its user', async () => {
    await using web = await open();
    for (const [language, title] of [
      ['de-CH,de;q=0.9,en;q=0.8', 'Anmelden'],
      ['en-GB,de;q=0.9', 'Sign in'],
      ['fr, de;q=0.5, en;q=0.4', 'Anmelden'],
      ['fr', 'Sign in'],
    ]) {
      const { text } = await web.ask(login, { headers: { 'accept-language': String(language) } });
      expect(text).toContain(`<h1>${title}</h1>`);
      expect(text).not.toContain('<script');
    }
    const wrong = await signIn(web, 'guess', { 'accept-language': 'de' });
    expect([wrong.status, wrong.text.includes('Diese Passphrase stimmt nicht.')]).toEqual([401, true]);
    const marked = await web.ask(`${login}?returnTo=${encodeURIComponent('/"><script>alert(1)</script>')}`);
    expect(marked.text).not.toContain('<script');
  });

  it('is over HTTPS only where it was over HTTPS, or where it is told so', async () => {
    await using plain = await open();
    expect((await signIn(plain)).headers['set-cookie']?.[0]).not.toContain('Secure');
    await using told = await open({ secure: true });
    expect((await signIn(told)).headers['set-cookie']?.[0]).toContain('; Secure');
    const { handler } = built.dashboard({ auth: hmacAuth({ secret, passphrase }) });
    await using behind = await Web.serving(express().set('trust proxy', true).use(handler));
    const proxied = await signIn(behind, passphrase, { 'x-forwarded-proto': 'https' });
    expect(proxied.headers['set-cookie']?.[0]).toContain('; Secure');
  });
});

describe('a session', () => {
  it('ends after its time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using web = await open({ ttlMs: 60_000 });
    const cookie = cookieFrom(await signIn(web));
    vi.setSystemTime(Date.now() + 59_000);
    expect(await statusWith(web, cookie)).toBe(200);
    vi.setSystemTime(Date.now() + 2_000);
    expect(await statusWith(web, cookie)).toBe(401);
  });

  it('ends with the secret or the passphrase it was made with', async () => {
    await using web = await open();
    const cookie = cookieFrom(await signIn(web));
    await using same = await open();
    expect(await statusWith(same, cookie)).toBe(200);
    for (const options of [{ secret: `${secret}!` }, { passphrase: 'another' }]) {
      await using other = await open(options);
      expect(await statusWith(other, cookie)).toBe(401);
    }
  });

  it('ends when its user signs out', async () => {
    await using web = await open();
    const cookie = cookieFrom(await signIn(web));
    const out = await web.ask('/dashboard/logout', { method: 'POST', headers: { cookie } });
    expect([out.status, out.headers['set-cookie']?.[0]]).toEqual([
      204,
      'dash-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
    ]);
    const shown = await web.ask('/dashboard/logout', { method: 'POST', headers: { cookie, ...html } });
    expect([shown.status, shown.headers.location]).toEqual([303, './login']);
    expect((await web.ask('/dashboard/logout', { headers: { cookie } })).status).toBe(405);
  });

  it('cannot be forged', async () => {
    await using web = await open();
    const [name, token = ''] = cookieFrom(await signIn(web)).split('=');
    expect(await statusWith(web, `${name}=${token}`)).toBe(200);
    const [head = '', claims = '', mac = ''] = token.split('.');
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const mine = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'root', exp: 4_000_000_000 };
    const signedWith = (key: string, text: string): string =>
      createHmac('sha256', key).update(text).digest('base64url');
    const forged = `${head}.${encode(mine)}`;
    const none = `${encode({ alg: 'none' })}.${encode(mine)}`;
    for (const value of [
      '',
      'x',
      '..',
      token.slice(0, -1),
      token.slice(1),
      `${token}x`,
      `${head}.${claims}.`,
      `${head}.${claims}`,
      `${forged}.${mac}`,
      `${forged}.${signedWith('', forged)}`,
      `${forged}.${signedWith(secret, forged)}`, // the key is derived from the secret
      `${none}.`,
      `${none}.${mac}`,
      `${encode({ alg: 'HS384' })}.${claims}.${mac}`,
      'x'.repeat(8_000),
      '%00%ff',
      encode({ sub: 'root' }),
    ]) {
      expect([value.slice(0, 40), await statusWith(web, `${name}=${value}`)]).toEqual([value.slice(0, 40), 401]);
    }
    for (let at = 0; at < mac.length; at += 1) {
      const other = mac[at] === 'A' ? 'B' : 'A';
      const bytes = Buffer.from(mac.slice(0, at) + other + mac.slice(at + 1), 'base64url');
      if (bytes.equals(Buffer.from(mac, 'base64url'))) continue;
      expect(await statusWith(web, `${name}=${head}.${claims}.${bytes.toString('base64url')}`)).toBe(401);
    }
  });
});

describe('web pages of others', () => {
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];

  it.each(foreign)('can neither sign a user in nor out: %j', async (headers) => {
    await using web = await open();
    const done = await signIn(web, passphrase, headers);
    expect([done.status, done.headers['set-cookie']]).toEqual([403, undefined]);
    const out = await web.ask('/dashboard/logout', { method: 'POST', headers });
    expect([out.status, out.headers['set-cookie']]).toEqual([403, undefined]);
  });

  it('are told from its own', async () => {
    await using web = await open();
    expect((await signIn(web, passphrase, { origin: `http://${web.host}` })).status).toBe(303);
    expect((await signIn(web, passphrase, { origin: 'null', 'sec-fetch-site': 'same-origin' })).status).toBe(303);
    expect((await web.ask(login)).headers).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    });
  });
});

describe('guessing', () => {
  it('is throttled, and the right passphrase is then no better', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const warnings: unknown[] = [];
    const logger = {
      debug() {},
      info() {},
      warn: (fields: object, text?: string) => void warnings.push([fields, text]),
      error() {},
    };
    await using web = await open({ logger });
    for (let left = 15; left > 0; left -= 1) expect((await signIn(web)).status).toBe(303); // none of these counts
    const flood = await Promise.all(Array.from({ length: 50 }, (_, at) => signIn(web, `guess ${at}`)));
    expect(flood.map(({ status }) => status).toSorted()).toEqual([...Array(10).fill(401), ...Array(40).fill(429)]);
    const late = await signIn(web);
    expect([late.status, late.headers['retry-after'], late.headers['set-cookie']]).toEqual([429, '10', undefined]);
    expect(late.text).toContain('Too many attempts');
    expect(JSON.stringify(warnings)).not.toContain('guess 1');
    expect(warnings).toHaveLength(51);
    vi.advanceTimersByTime(10_000);
    expect((await signIn(web)).status).toBe(303);
    expect((await signIn(web, 'guess')).status).toBe(401);
    expect((await signIn(web)).status).toBe(429);
  });

  it('from another address is throttled by itself', async () => {
    const { handler } = built.dashboard({ auth: hmacAuth({ secret, passphrase }) });
    await using web = await Web.serving(express().set('trust proxy', true).use(handler));
    const from = (address: string) => ({ 'x-forwarded-for': address });
    for (let left = 10; left > 0; left -= 1) await signIn(web, 'guess', from(`2001:db8::${left}`));
    expect((await signIn(web, passphrase, from('2001:db8::ffff'))).status).toBe(429); // the same network
    expect((await signIn(web, passphrase, from('2001:db8:1::1'))).status).toBe(303);
  });

  it('is not learnt from an untrusted header', async () => {
    await using web = await open();
    for (let at = 0; at < 10; at += 1) await signIn(web, 'guess', { 'x-forwarded-for': `1.1.1.${at}` });
    expect((await signIn(web, 'guess', { 'x-forwarded-for': '2.2.2.2' })).status).toBe(429);
  });
});

describe('hmacAuth', () => {
  it.each([
    [{ secret: 'x'.repeat(31) }, 'secret must have at least 32 bytes, not 31'],
    [{ secret: new Uint8Array(31) }, 'secret must have at least 32 bytes, not 31'],
    [{ passphrase: ' ' }, 'passphrase must not be empty'],
    [{ cookieName: 'a b' }, 'cookieName'],
    [{ ttlMs: 0 }, 'ttlMs'],
    [{ loginPath: 'login' }, 'loginPath'],
    [{ loginPath: '/a/b' }, 'loginPath'],
    [{ logoutPath: '/login' }, 'loginPath and logoutPath must differ'],
  ])('refuses %j', (options, message) => {
    expect(() => hmacAuth({ secret, passphrase, ...options })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(message) }),
    );
  });

  it('takes a secret of 32 bytes', () => {
    expect(() => hmacAuth({ secret: '€'.repeat(11), passphrase })).not.toThrow();
    expect(() => hmacAuth({ secret: new Uint8Array(32), passphrase })).not.toThrow();
  });

  it('has other paths and names where it is told so', async () => {
    await using web = await open({ loginPath: '/sign-in', logoutPath: '/bye', cookieName: 'mine', user: 'ops' });
    const asked = await web.ask('/dashboard/', { headers: html });
    expect(asked.headers.location).toBe('./sign-in?returnTo=%2F');
    const done = await web.ask('/dashboard/sign-in', {
      method: 'POST',
      headers: form,
      body: `passphrase=${passphrase}`,
    });
    const cookie = cookieFrom(done);
    expect(cookie).toMatch(/^mine=/);
    expect((await web.ask('/dashboard/session', { headers: { cookie } })).text).toBe('{"userId":"ops"}');
    const config = JSON.parse((await web.ask('/dashboard/config.json', { headers: { cookie } })).text);
    expect(config.auth).toEqual({ strategy: 'hmac', loginPath: 'sign-in', logoutPath: 'bye' });
  });
});
