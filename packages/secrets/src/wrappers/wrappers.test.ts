import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type KeyWrapper, keyFile, keyVariable, localKey, parseWrapper, vaultTransit } from '../index.js';
import { scratch } from '../test/scratch.js';

const { signal } = new AbortController();
const dataKey = randomBytes(32);
const roundTrip = async (wrapper: KeyWrapper) => wrapper.unwrap(await wrapper.wrap(dataKey, signal), signal);

describe('a key', () => {
  it('is the same in a file or a variable, raw, in hexadecimal or in base64', async () => {
    const key = randomBytes(32);
    const wrapped = await localKey(key).wrap(dataKey, signal);
    const texts = [key, key.toString('hex'), `${key.toString('base64')}\n`, key.toString('base64url')];
    for (const content of texts) {
      const path = join(scratch(), 'key');
      writeFileSync(path, content, { mode: 0o600 });
      expect(Buffer.from(await keyFile(path).unwrap(wrapped, signal))).toEqual(dataKey);
      expect(keyFile(path).id).toBe(localKey(key).id);
      if (typeof content !== 'string') continue;
      expect(keyVariable('CFG_KEY', { CFG_KEY: content }).id).toBe(localKey(key).id);
    }
    expect(await localKey(key).wrap(dataKey, signal)).not.toEqual(wrapped);
  });

  it('is refused, without any of it, where it is none', () => {
    const path = join(scratch(), 'key');
    for (const content of ['', 'too short', 'x'.repeat(64), randomBytes(31), randomBytes(33)]) {
      writeFileSync(path, content, { mode: 0o600 });
      const fault = `the key file ${path} must hold a key of 32 bytes, raw, in hexadecimal or in base64`;
      expect(() => keyFile(path)).toThrow(fault);
    }
    expect(() => keyVariable('CFG_KEY', { CFG_KEY: 'hunter2' })).toThrow(/^the variable CFG_KEY must hold a key/);
    expect(() => keyVariable('CFG_KEY', {})).toThrow('the variable CFG_KEY is not set');
    expect(() => keyFile(join(path, 'none'))).toThrow('cannot read the key file');
  });

  it.skipIf(process.platform === 'win32')('is refused where others may read its file', () => {
    const path = join(scratch(), 'key');
    writeFileSync(path, randomBytes(32));
    for (const mode of [0o640, 0o604, 0o644, 0o620]) {
      chmodSync(path, mode);
      expect(() => keyFile(path)).toThrow(`may be read by others (mode ${mode.toString(8)}): chmod 600 it`);
    }
    chmodSync(path, 0o400);
    expect(keyFile(path).id).toMatch(/^key:/);
  });
});

/** As much of Vault's transit engine as is asked of it: keys by name, each with versions. */
async function vault() {
  const keys = new Map([['cfg', [localKey(randomBytes(32))]]]);
  const state = { status: 0, token: 's.right', keys, paths: [] as string[], url: '' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      state.paths.push(`${request.method} ${request.url} ${request.headers['x-vault-namespace'] ?? ''}`.trim());
      const reply = (status: number, data: object) => response.writeHead(status).end(JSON.stringify(data));
      if (state.status !== 0) return reply(state.status, { errors: ['secret inside'] });
      if (request.headers['x-vault-token'] !== state.token) return reply(403, { errors: ['permission denied'] });
      const [, operation, name = ''] = /^\/v1\/transit\/(\w+)\/(.+)$/.exec(request.url ?? '') ?? [];
      const versions = keys.get(name) ?? [];
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { plaintext: string; ciphertext: string };
      if (operation === 'encrypt') {
        const wrapped = await (versions.at(-1) as KeyWrapper).wrap(Buffer.from(body.plaintext, 'base64'), signal);
        const ciphertext = `vault:v${versions.length}:${Buffer.from(wrapped).toString('base64')}`;
        return reply(200, { data: { ciphertext } });
      }
      const [, version, text = ''] = /^vault:v(\d+):(.+)$/.exec(body.ciphertext) ?? [];
      try {
        const plain = await (versions[Number(version) - 1] as KeyWrapper).unwrap(Buffer.from(text, 'base64'), signal);
        return reply(200, { data: { plaintext: Buffer.from(plain).toString('base64') } });
      } catch {
        return reply(400, { errors: ['cipher: message authentication failed'] });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

describe('vaultTransit', () => {
  it('wraps and unwraps, also after the key there has a new version', async () => {
    const server = await vault();
    const wrapper = vaultTransit({ address: server.url, key: 'cfg', token: () => 's.right', namespace: 'team' });
    expect(Buffer.from(await roundTrip(wrapper))).toEqual(dataKey);
    const wrapped = await wrapper.wrap(dataKey, signal);
    server.keys.get('cfg')?.push(localKey(randomBytes(32)));
    expect(Buffer.from(await wrapper.unwrap(wrapped, signal))).toEqual(dataKey);
    expect(Buffer.from(await wrapper.wrap(dataKey, signal)).toString()).toMatch(/^vault:v2:/);
    expect(server.paths[0]).toBe('POST /v1/transit/encrypt/cfg team');
    expect(wrapper.id).toBe('vault:transit/cfg');
  });

  it('tells a key that does not fit from a service that does not answer', async () => {
    const server = await vault();
    const wrapper = vaultTransit({ address: server.url, key: 'cfg', token: 's.right', timeoutMs: 2_000 });
    const wrapped = await wrapper.wrap(dataKey, signal);
    server.keys.set('cfg', [localKey(randomBytes(32))]);
    await expect(wrapper.unwrap(wrapped, signal)).rejects.toMatchObject({ code: 'invalid_argument' });
    for (const status of [403, 429, 500, 503]) {
      server.status = status;
      const error = await wrapper.unwrap(wrapped, signal).catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ code: 'unavailable', message: expect.not.stringContaining('secret inside') });
    }
    const away = vaultTransit({ address: 'http://127.0.0.1:1', key: 'cfg', token: 'x' });
    await expect(away.unwrap(wrapped, signal)).rejects.not.toMatchObject({ code: 'invalid_argument' });
    const denied = vaultTransit({ address: server.url, key: 'cfg', token: 's.wrong' });
    server.status = 0;
    await expect(denied.wrap(dataKey, signal)).rejects.toMatchObject({ code: 'unavailable', message: /403/ });
  });
});

describe('parseWrapper', () => {
  it('names each kind', async () => {
    const path = join(scratch(), 'key');
    writeFileSync(path, randomBytes(32), { mode: 0o600 });
    expect(parseWrapper(`file:${path}`).id).toBe(keyFile(path).id);
    vi.stubEnv('CFG_TEST_KEY', randomBytes(32).toString('hex'));
    expect(parseWrapper('env:CFG_TEST_KEY').id).toMatch(/^key:/);
    // Worker processes are started with the same settings.
    expect(parseWrapper('env:CFG_TEST_KEY').id).toMatch(/^key:/);
    vi.unstubAllEnvs();
    expect(parseWrapper('vault:https://vault.example.com:8200/team/transit/cfg').id).toBe('vault:team/transit/cfg');
  });

  it.each([
    '',
    'file:',
    'env:',
    'key:abc',
    'vault:',
    'vault:https://host/cfg',
    'vault:ftp://h/a/b',
    'vault:https://u:p@h/a/b',
  ])('refuses %j', (text) => {
    expect(() => parseWrapper(text, '--secrets')).toThrow(
      '--secrets must be file:PATH, env:NAME or vault:https://HOST',
    );
  });

  it('names the option with what is wrong', () => {
    expect(() => parseWrapper('env:CFG_NOT_SET', '--to')).toThrow('--to: the variable CFG_NOT_SET is not set');
  });
});
