import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Browser, ExampleProgram } from '../example-program.ts';

let program: ExampleProgram;
beforeAll(async () => {
  program = await ExampleProgram.start('jwt/main.ts', {});
});
afterAll(() => program[Symbol.asyncDispose]());

async function signedIn(name: string, password: string): Promise<Browser> {
  const browser = new Browser();
  const sent = await browser.follow(`${program.url}/dashboard/ns/demo`);
  expect(sent.url).toBe(`${program.url}/sign-in?returnTo=%2Fdashboard%2Fns%2Fdemo`);
  const back = await browser.send(sent.url, { name, password });
  expect([back.response.status, back.url]).toEqual([200, `${program.url}/dashboard/ns/demo`]);
  expect(await back.response.text()).toContain('<base href="../"');
  return browser;
}

it('signs users in, who may then do what their roles allow, at the page and at the API', async () => {
  const [ann, bob] = [await signedIn('ann', 'correct horse'), await signedIn('bob', 'battery staple')];
  expect(await ann.write(program.url)).toBe(200);
  expect(await bob.write(program.url)).toBe(403);
  expect((await bob.ask(`${program.url}/v1/namespaces/demo/keys/a`)).status).toBe(200);
  expect(await (await bob.ask(`${program.url}/dashboard/session`)).json()).toEqual({ userId: 'bob' });
  expect(await ann.write(program.url, { origin: 'https://evil.example' })).toBe(403);
  await ann.ask(`${program.url}/sign-out`, { method: 'POST' });
  expect(await ann.write(program.url)).toBe(401);
});

it('refuses a wrong password, and a form of another site', async () => {
  const browser = new Browser();
  for (const fields of [{ name: 'ann', password: 'guess' }, { name: 'eve', password: '' }, { name: '' }]) {
    expect((await browser.send(`${program.url}/sign-in`, fields)).response.status).toBe(401);
  }
  const foreign = { method: 'POST', headers: { origin: 'https://evil.example' }, body: new URLSearchParams() };
  expect((await browser.ask(`${program.url}/sign-in`, foreign)).status).toBe(403);
  expect(browser.cookies.size).toBe(0);
});

it('leads to its own pages only', async () => {
  for (const returnTo of ['https://evil.example/', '//evil.example/', '/\\evil.example/']) {
    const url = `${program.url}/sign-in?returnTo=${encodeURIComponent(returnTo)}`;
    const back = await new Browser().send(url, { name: 'ann', password: 'correct horse' });
    expect(back.url).toBe(`${program.url}/dashboard/`);
  }
});

it('refuses tokens that are forged, of another key or without signature', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  const forged = await new SignJWT({ roles: ['admin'] })
    .setProtectedHeader({ alg: 'ES256' })
    .setSubject('ann')
    .setIssuer('https://sign-in.example.com')
    .setAudience('cfg')
    .setExpirationTime('1h')
    .sign(privateKey);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${encode({ alg: 'none' })}.${encode({ sub: 'ann', roles: ['admin'], exp: 4e9 })}.`;
  const good = (await signedIn('ann', 'correct horse')).cookies.get('token') ?? '';
  for (const token of [forged, unsigned, good.slice(0, -2), 'x', '']) {
    const browser = new Browser();
    browser.cookies.set('token', token);
    expect(await browser.write(program.url)).toBe(401);
    expect((await browser.ask(`${program.url}/dashboard/`)).status).toBe(303);
  }
});
