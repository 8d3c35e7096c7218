import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openSqliteKeys, SqliteStore } from '@cfg/sqlite';
import { expect, it } from 'vitest';
import { checkWrapper, keyFile, keyStatus, sealSecrets } from '../index.js';
import { patterns } from '../test/patterns.js';
import { newKeyFile, openSealed, scratch, text, textOf } from '../test/scratch.js';

const run = promisify(execFile);
const rotating = fileURLToPath(new URL('../../dist/test/rotation-process.js', import.meta.url));

/** 600 sealed values of 60 keys, and some plain ones, which the policy has covered since. */
async function fill(path: string, key: string): Promise<void> {
  const plain = new SqliteStore(path);
  await plain.connect();
  for (let n = 0; n < 10; n += 1) await plain.set('sealed', `old${n}`, text(`old${n}`));
  await plain.close();
  const store = await openSealed(path, keyFile(key));
  const keys = Array.from({ length: 60 }, (_, n) => `k${n}`);
  for (let version = 1; version <= 10; version += 1) {
    await store.batch(
      'sealed',
      keys.map((name) => ({ type: 'set', key: name, value: text(`${name} ${version}`) })),
    );
  }
  await store.close();
}

/** Everything that is in the store, past versions included. */
async function contents(path: string, key: string): Promise<unknown> {
  const store = new SqliteStore(path, { sealing: sealSecrets({ wrapper: keyFile(key), secrets: patterns }) });
  await store.connect();
  const { entries } = await store.find('sealed');
  const all = [];
  for (const { key: name } of entries) {
    const { entries: versions } = await store.versions('sealed', name);
    all.push(versions.map((entry) => [name, entry.version, entry.revision, textOf(entry)]));
  }
  const { revision } = await store.revision();
  await store.close();
  return { all, revision };
}

/** Its six transactions: a key is added, and made active, three steps of sealing, the old key is destroyed. */
it('loses nothing of a rotation that is killed after any of its transactions, and takes it up again', async () => {
  const directory = scratch();
  const [path, key] = [join(directory, 'config.db'), newKeyFile(join(directory, 'key'))];
  await fill(path, key);
  const before = await contents(path, key);
  for (let step = 1; step <= 6; step += 1) {
    const killed = join(directory, `killed${step}.db`);
    copyFileSync(path, killed);
    const dying = run(process.execPath, [rotating, 'rotate', killed, key, '', String(step)]);
    await expect(dying).rejects.toMatchObject({ signal: 'SIGKILL', stdout: '' });
    expect(await contents(killed, key)).toEqual(before);
    const { stdout } = await run(process.execPath, [rotating, 'rotate', killed, key, '', '0']);
    expect(stdout).toBe('done');
    expect(await contents(killed, key)).toEqual(before);
    const table = openSqliteKeys(killed);
    const last = (await keyStatus(table)).at(-1);
    expect(last).toMatchObject({ state: 'active', values: 610 });
    expect(
      (await keyStatus(table)).slice(0, -1).every(({ state, values }) => state === 'destroyed' && values === 0),
    ).toBe(true);
    await table.close();
  }
});

it('loses nothing of a rewrap that is killed', async () => {
  const directory = scratch();
  const [key, next] = ['key', 'next'].map((name) => newKeyFile(join(directory, name))) as [string, string];
  const path = join(directory, 'config.db');
  await fill(path, key);
  const before = await contents(path, key);
  const dying = run(process.execPath, [rotating, 'rewrap', path, key, next, '1']);
  await expect(dying).rejects.toMatchObject({ signal: 'SIGKILL', stdout: '' });
  expect(await contents(path, next)).toEqual(before);
  expect((await run(process.execPath, [rotating, 'rewrap', path, key, next, '0'])).stdout).toBe('done');
  const table = openSqliteKeys(path);
  await checkWrapper(table, keyFile(next));
  await expect(checkWrapper(table, keyFile(key))).rejects.toMatchObject({ code: 'invalid_argument' });
  await table.close();
  expect(await contents(path, next)).toEqual(before);
});
