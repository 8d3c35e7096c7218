import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hmacAuth } from '../index.js';
import { form, html, login, open, passphrase, secret, signIn, statusWith } from '../test/passphrase.js';
import { BuiltPage, cookieFrom } from '../test/web.js';

let built: BuiltPage;
beforeAll(() => {
  built = new BuiltPage();
});
afterAll(() => built[Symbol.dispose]());
afterEach(() => {
  vi.useRealTimers();
});

describe('a session', () => {
  it('ends after its time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using web = await open(built, { ttlMs: 60_000 });
    const cookie = cookieFrom(await signIn(web));
    vi.setSystemTime(Date.now() + 59_000);
    expect(await statusWith(web, cookie)).toBe(200);
    vi.setSystemTime(Date.now() + 2_000);
    expect(await statusWith(web, cookie)).toBe(401);
  });

  it('ends with the secret or the passphrase it was made with', async () => {
    await using web = await open(built);
    const cookie = cookieFrom(await signIn(web));
    await using same = await open(built);
    expect(await statusWith(same, cookie)).toBe(200);
    for (const options of [{ secret: `${secret}!` }, { passphrase: 'another' }]) {
      await using other = await open(built, options);
      expect(await statusWith(other, cookie)).toBe(401);
    }
  });

  it('ends when its user signs out', async () => {
    await using web = await open(built);
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
    await using web = await open(built);
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
    await using web = await open(built);
    const done = await signIn(web, passphrase, headers);
    expect([done.status, done.headers['set-cookie']]).toEqual([403, undefined]);
    const out = await web.ask('/dashboard/logout', { method: 'POST', headers });
    expect([out.status, out.headers['set-cookie']]).toEqual([403, undefined]);
  });

  it('are told from its own', async () => {
    await using web = await open(built);
    expect((await signIn(web, passphrase, { origin: `http://${web.host}` })).status).toBe(303);
    expect((await signIn(web, passphrase, { origin: 'null', 'sec-fetch-site': 'same-origin' })).status).toBe(303);
    expect((await web.ask(login)).headers).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    });
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
    await using web = await open(built, { loginPath: '/sign-in', logoutPath: '/bye', cookieName: 'mine', user: 'ops' });
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
