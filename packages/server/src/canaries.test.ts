import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileCache, RemoteStore } from '@cfg/client';
import { type EncodedValue, Manager, Secret } from '@cfg/core';
import { expect, it } from 'vitest';
import { anyPorts, Program, runProgram } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

/*
 * Secrets that would be known again anywhere, written through the real program: none of their bytes is in any file that
 * it leaves, as they are, in base64, in hexadecimal, or within a JSON text.
 */
const count = 1_000;
const canaries = Array.from({ length: count }, (_, n) => `canary${n}.${randomBytes(12).toString('hex')}`);
const prefixes = ['canary', Buffer.from('canary').toString('base64'), Buffer.from('canary').toString('hex')];

/** Whether a file holds what every canary begins with, in one of its forms. */
const leaks = (content: Buffer): readonly string[] => prefixes.filter((form) => content.includes(form));

const secret = (text: string): EncodedValue => ({ bytes: Buffer.from(text), codec: 'secret', type: 'secret' });
const raw = (text: string): EncodedValue => ({ bytes: Buffer.from(text), codec: 'raw', type: 'custom' });

/** A new key, in a file that only its owner may read. */
function keyFile(dir: TempDir, name: string): string {
  const path = dir.file(name);
  writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600 });
  return path;
}

/** Ends it as an operator would. */
async function stop(program: Program): Promise<void> {
  program.signal('SIGTERM');
  await program.exited;
}

it('is in no file: not in the database, its log, a backup, the trail, what is printed, or a cache', async () => {
  using dir = new TempDir();
  const key = keyFile(dir, 'cfg.key');
  const data = new TempDir();
  using _ = data;
  const [db, trail, cache] = ['config.db', 'audit.db', 'cache'].map((name) => join(data.path, name));
  const sealed = ['--secrets', `file:${key}`, '--secret-keys', 'vault'];
  const args = [
    ...anyPorts,
    '--store',
    `sqlite:${db}`,
    '--audit',
    `sqlite:${trail}`,
    ...sealed,
    '--log-level',
    'debug',
  ];
  const program = await Program.serving(args);
  const address = await program.grpcAddress();
  await using store = new RemoteStore(address, { insecure: true });
  await store.connect();
  // Of the codec `secret`, and in a namespace that is named; new, changed, deleted and restored; alone and in batches.
  for (let n = 0; n < count; n += 4) {
    const [a = '', b = '', c = '', d = ''] = canaries.slice(n, n + 4);
    await store.set('open', `s${n}`, secret(a));
    await store.batch('vault', [
      { type: 'set', key: `b${n}`, value: raw(b) },
      { type: 'set', key: 'often', value: raw(c) },
    ]);
    await store.set('open', `s${n}`, secret(d));
    if (n % 40 === 0) await store.delete('open', `s${n}`);
  }
  await store.restore('open', { key: 's0', to: { version: 1 } });
  const manager = new Manager({ store, cache: new FileCache(cache as string, { writeAfterMs: 0 }) });
  await manager.connect();
  await manager.namespace('vault').get('b0');
  expect((await manager.namespace('open').get('s0')).data).toBeInstanceOf(Secret);
  await manager.close();
  const backup = join(data.path, 'backup.db');
  expect(await runProgram(['backup', backup, '--store', `sqlite:${db}`])).toMatchObject({ code: 0 });
  const files = (): string[] => readdirSync(data.path).map((name) => join(data.path, name));
  const looked = files();
  expect(looked.map((path) => path.slice(data.path.length + 1))).toEqual(
    expect.arrayContaining(['audit.db', 'backup.db', 'cache', 'config.db', 'config.db-wal']),
  );
  for (const path of looked) expect([path, leaks(readFileSync(path))]).toEqual([path, []]);
  await stop(program);
  for (const path of files()) expect([path, leaks(readFileSync(path))]).toEqual([path, []]);
  expect(leaks(Buffer.from(program.stdout + program.stderr))).toEqual([]);

  // The backup and the old key file bring these back.
  copyFileSync(backup, join(data.path, 'restored.db'));
  const again = [...anyPorts, '--store', `sqlite:${join(data.path, 'restored.db')}`];
  await using restored = await Program.serving([...again, ...sealed]);
  await using reader = new RemoteStore(await restored.grpcAddress(), { insecure: true });
  await reader.connect();
  expect(Buffer.from((await reader.get('open', 's0')).bytes).toString()).toBe(canaries[0]);
  expect(Buffer.from((await reader.get('vault', 'b4')).bytes).toString()).toBe(canaries[5]);
  expect((await reader.versions('vault', 'often', { limit: 3 })).entries.map(({ bytes }) => bytes.length > 0)).toEqual([
    true,
    true,
    true,
  ]);
});

it('is told at the start by whom the key is wrong, missing, or open to others', async () => {
  using dir = new TempDir();
  const [right, wrong] = [keyFile(dir, 'right.key'), keyFile(dir, 'wrong.key')];
  const serve = [...anyPorts, '--store', `sqlite:${dir.file('config.db')}`];
  await stop(await Program.serving([...serve, '--secrets', `file:${right}`]));
  const { code, stderr } = await runProgram([...serve, '--secrets', `file:${wrong}`]);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/data key 1 is wrapped by the key key:[0-9a-f]{16}, and the key given is key:[0-9a-f]{16}/);
  const without = await runProgram(serve);
  expect(without.code).not.toBe(0);
  expect(without.stderr).toContain('its secrets are sealed, and no key is given');
  chmodSync(right, 0o644);
  const open = await runProgram([...serve, '--secrets', `file:${right}`]);
  expect([open.code, open.stderr]).toEqual([2, expect.stringContaining('may be read by others (mode 644)')]);
});

it('keys: status, rotate and rewrap, while a server runs', async () => {
  using dir = new TempDir();
  const [old, next] = [keyFile(dir, 'old.key'), keyFile(dir, 'next.key')];
  const store = ['--store', `sqlite:${dir.file('config.db')}`];
  await using program = await Program.serving([...anyPorts, ...store, '--secrets', `file:${old}`]);
  await using client = new RemoteStore(await program.grpcAddress(), { insecure: true });
  await client.connect();
  for (let n = 0; n < 50; n += 1) await client.set('app', `k${n % 10}`, secret(`v${n}`));
  const keys = (...args: string[]) => runProgram(['keys', ...args, ...store]);
  const status = async () => (await keys('status')).stdout.replace(/made \S+|key:\S+/g, '…');
  expect(await status()).toBe('1\tactive\t50 values\t…\twrapped by …\n');
  const { revision } = await client.revision();
  expect(await keys('rotate', '--secrets', `file:${old}`, '--wait-seconds', '3')).toEqual({
    code: 0,
    stderr: '',
    stdout: 'data key 2 is active; sealed 50 values with it, and read all of them back; destroyed: 1\n',
  });
  expect(await keys('rewrap', '--secrets', `file:${old}`, '--to', `file:${next}`)).toMatchObject({ code: 0 });
  expect(await status()).toBe('1\tdestroyed\t0 values\t…\twrapped by …\n2\tactive\t50 values\t…\twrapped by …\n');
  // The server that runs has the key; no revision has changed.
  expect(Buffer.from((await client.get('app', 'k3')).bytes).toString()).toBe('v43');
  expect((await client.revision()).revision).toBe(revision);
  await client.set('app', 'k3', secret('after'));
  expect((await keys('status', '--secrets', `file:${old}`)).stderr).toContain('data key 2 is wrapped by the key');
  expect((await keys('status', '--secrets', `file:${next}`)).stdout).toContain('unwraps all of them');
  await stop(program);
  await using again = await Program.serving([...anyPorts, ...store, '--secrets', `file:${next}`]);
  await using reader = new RemoteStore(await again.grpcAddress(), { insecure: true });
  await reader.connect();
  expect(Buffer.from((await reader.get('app', 'k3')).bytes).toString()).toBe('after');
  expect(await keys('rotate')).toMatchObject({ code: 2 });
  expect(await keys('turn', '--secrets', `file:${next}`)).toMatchObject({ code: 2 });
});
