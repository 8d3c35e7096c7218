import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessFaults } from './harness/access.ts';
import { type Stage, setStage } from './harness/stage.ts';

const passphrase = 'correct horse';
const folder = mkdtempSync(join(tmpdir(), 'cfg-sign-in-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Sign in' });

describe('with a passphrase', () => {
  let stage: Stage;
  beforeAll(async () => {
    const flags = ['--dashboard-auth', 'hmac', '--dashboard-passphrase-file', file('passphrase', passphrase)];
    stage = await setStage(...flags);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ passphrase });
    const { headers: answer } = await fetch(`${stage.url}login`, { method: 'POST', headers, body });
    stage.api.headers = { cookie: answer.getSetCookie()[0]?.split(';')[0] ?? '' };
    await stage.api.set('shop', 'app/timeout', 30);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  async function signIn(path: string): Promise<Page> {
    const page = await stage.open(path);
    await page.getByLabel('Passphrase').fill('guess');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('That is not the passphrase.').waitFor();
    await page.getByLabel('Passphrase').fill(passphrase);
    await page.getByRole('button', { name: 'Sign in' }).click();
    return page;
  }

  test('one comes to the page that was asked for, and may write', async () => {
    const page = await signIn('ns/shop/keys/app/timeout?tab=history');
    await page.getByRole('heading', { name: 'app/timeout' }).waitFor();
    expect(page.url()).toBe(`${stage.url}ns/shop/keys/app/timeout?tab=history`);
  });

  test('a session that ends in the middle of an edit asks again, and nothing is lost', async () => {
    const page = await signIn('ns/shop/keys/app/timeout');
    await page.getByRole('heading', { name: 'app/timeout' }).waitFor();
    await page.keyboard.press('e');
    const editor = page.getByRole('textbox', { name: 'Editor of app/timeout' });
    await editor.fill('45');
    await page.context().clearCookies();
    await page.keyboard.press('Control+s');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const asked = dialog(page);
    await asked.getByText('What you have typed is still there.').waitFor();
    await asked.getByLabel('Passphrase').fill('guess');
    await page.keyboard.press('Enter');
    await asked.locator('.field-error').getByText('That is not the passphrase.').waitFor();
    expect((await stage.api.get('shop', 'app/timeout'))?.text).toBe('30');
    await asked.getByLabel('Passphrase').fill(passphrase);
    await page.keyboard.press('Enter');
    await asked.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('app/timeout saved as version 2').waitFor();
    expect((await stage.api.get('shop', 'app/timeout'))?.text).toBe('45');
    expect(stage.faults).toEqual([]);
  });

  test('one may put it off, and goes on reading', async () => {
    const page = await signIn('ns/shop/keys/app/timeout');
    await page.getByRole('heading', { name: 'app/timeout' }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Namespaces' }).click();
    await dialog(page).waitFor();
    await page.keyboard.press('Escape');

    await page.getByText('You are not signed in.').waitFor();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await dialog(page).getByLabel('Passphrase').fill(passphrase);
    await page.keyboard.press('Enter');
    await page.getByText('You are not signed in.').waitFor({ state: 'detached' });
  });

  test('one signs out, and is out', async () => {
    const page = await signIn('');
    await page.getByRole('link', { name: 'shop' }).first().waitFor();
    await page.getByRole('button', { name: 'Preferences' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('Passphrase').waitFor();
    expect(new URL(page.url()).pathname).toBe('/dashboard/login');
    await page.goto(stage.url);
    await page.getByLabel('Passphrase').waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  test('the form is for everybody: in German, in the dark, small, with its faults named', async () => {
    const page = await stage.open('', { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 320, height: 480 } });
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(isWide).toBe(false);
    expect(await accessFaults(page)).toEqual([]);
    expect(stage.faults).toEqual([]);
  });
});

describe('with a token', () => {
  const token = 'cfg_WkZ0h1b5g3cVnYyR7mQz8tLx2sKpD4uE';
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage('--guard', `rbac:${file('rbac.yaml', await policy())}`);
    stage.api.headers = { authorization: `Bearer ${token}` };
    await stage.api.set('shop', 'app/timeout', 30);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  async function policy(): Promise<string> {
    const { hashToken } = await import('@cfg/service');
    return `roles:\n  admin: [{ actions: ['*'] }]\ntokens:\n  - { user: ann, hash: '${hashToken(token).hash}', roles: [admin] }\n`;
  }

  test('one pastes it, and it goes with the tab', async () => {
    const page = await stage.open('ns/shop/keys/app/timeout');
    const asked = dialog(page);
    await asked.getByLabel('Access token').fill('cfg_wrong');
    await page.keyboard.press('Enter');
    await asked.locator('.field-error').getByText('The server does not know this token.').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await asked.getByLabel('Access token').fill(token);
    await page.keyboard.press('Enter');
    await asked.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'app/timeout' }).waitFor();
    await page.getByText('1 key', { exact: true }).waitFor(); // the list too
    const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }) + document.cookie);
    expect(stored).not.toContain(token);
    await page.reload();
    await page.getByRole('heading', { name: 'app/timeout' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await dialog(other).waitFor();
    await page.getByRole('button', { name: 'Preferences' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await dialog(page).waitFor();
    expect(stage.faults).toEqual([]);
  });
});
