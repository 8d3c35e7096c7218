import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hmacAuth } from '../../index.js';
import { form, html, login, open, passphrase, secret, signIn, statusWith } from '../../test/passphrase.js';
import { type Answer, BuiltPage, cookieFrom, Web } from '../../test/web.js';

let built: BuiltPage;
beforeAll(() => {
  built = new BuiltPage();
});
afterAll(() => built[Symbol.dispose]());
afterEach(() => {
  vi.useRealTimers();
});

describe('signing in with a passphrase', () => {
  it('opens the page that was asked for', async () => {
    await using web = await open(built);
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

  it('shows nothing without, but what the page is made of, which a page needs whose session has ended', async () => {
    await using web = await open(built);
    for (const path of ['/dashboard/', '/dashboard/config.json', '/dashboard/session']) {
      expect([path, (await web.ask(path)).status]).toEqual([path, 401]);
    }
    expect((await web.ask('/dashboard/assets/app-abc123.js')).status).toBe(200);
    for (const path of ['/dashboard/assets/', '/dashboard/assets/../', '/dashboard/assets/..%2findex.html']) {
      expect([path, (await web.ask(path)).text.includes('<script')]).toEqual([path, false]);
    }
  });

  it('lets a browser come back that a link of another site led here, whose cookie is kept back at first', async () => {
    await using web = await open(built);
    const cookie = cookieFrom(await signIn(web));
    const foreign = { ...html, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const first = await web.ask('/dashboard/ns/a?b="&c', { headers: foreign });
    expect([first.status, /url=([^"]*)"/.exec(first.text)?.[1]]).toEqual([200, '../ns/a?b=&#34;&#38;c']);
    const second = await web.ask('/dashboard/ns/a', { headers: { ...html, cookie, 'sec-fetch-site': 'same-origin' } });
    expect(second.status).toBe(200);
  });

  it('answers the page itself, in the middle of an edit, in JSON', async () => {
    await using web = await open(built);
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
    await using web = await open(built, { passphrase: 'grüße' });
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
    await using web = await open(built);
    const body = new URLSearchParams({ passphrase, returnTo }).toString();
    const done = await web.ask(login, { method: 'POST', headers: form, body });
    expect(done.headers.location).toBe(location);
    expect(new URL(String(done.headers.location), 'http://x/dashboard/login').href).toMatch(/^http:\/\/x\/dashboard\//);
  });

  it('has a form without script, in the language of its user', async () => {
    await using web = await open(built);
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
    await using plain = await open(built);
    expect((await signIn(plain)).headers['set-cookie']?.[0]).not.toContain('Secure');
    await using told = await open(built, { secure: true });
    expect((await signIn(told)).headers['set-cookie']?.[0]).toContain('; Secure');
    const { handler } = built.dashboard({ auth: hmacAuth({ secret, passphrase }) });
    await using behind = await Web.serving(express().set('trust proxy', true).use(handler));
    const proxied = await signIn(behind, passphrase, { 'x-forwarded-proto': 'https' });
    expect(proxied.headers['set-cookie']?.[0]).toContain('; Secure');
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
    await using web = await open(built, { logger });
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
    await using web = await open(built);
    for (let at = 0; at < 10; at += 1) await signIn(web, 'guess', { 'x-forwarded-for': `1.1.1.${at}` });
    expect((await signIn(web, 'guess', { 'x-forwarded-for': '2.2.2.2' })).status).toBe(429);
  });
});
