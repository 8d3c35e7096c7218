import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entry, MemoryStore } from '@cfg/core';
import { localKey, sealSecrets } from '@cfg/secrets';
import { SqliteStore } from '@cfg/sqlite';
import { expect, it, vi } from 'vitest';
import { startNode, TestBus, text, together, until } from '../test/sync-cluster.js';

const marker = 'no-disk-has-this';
const dataOf = ({ bytes }: Entry): unknown => JSON.parse(Buffer.from(bytes).toString());

it('a secret moves between sealed stores, each with a key of its own, and lies open on no disk', async () => {
  const bus = new TestBus();
  const start = async (id: string) => {
    const directory = mkdtempSync(join(tmpdir(), 'cfg-peersync-sealed-'));
    const sealing = sealSecrets({ wrapper: localKey(randomBytes(32)), secrets: ['x/password'] });
    return {
      directory,
      node: await startNode(id, bus, { local: new SqliteStore(join(directory, 'a.db'), { sealing }) }),
    };
  };
  const [a, b] = [await start('a'), await start('b')];
  await together([a.node, b.node]);
  await a.node.store.claim('x');
  for (let i = 1; i <= 3; i += 1) await a.node.store.set('x', 'password', text(`${marker} ${i}`));
  await a.node.store.set('x', 'timeout', text('30'));
  const forwarded = await b.node.store.get('x', 'password');
  expect([dataOf(forwarded), forwarded.secret]).toEqual([`${marker} 3`, true]);
  await b.node.store.pin('x');
  const moved = await b.node.store.get('x', 'password');
  expect([dataOf(moved), moved.secret, moved.version]).toEqual([`${marker} 3`, true, 3]);
  const { entries } = await b.node.store.versions('x', 'password');
  expect(entries.map(dataOf)).toEqual([`${marker} 3`, `${marker} 2`, `${marker} 1`]);
  expect((await b.node.store.get('x', 'timeout')).secret).toBe(false);
  for (const { directory } of [a, b]) {
    for (const file of readdirSync(directory)) {
      expect(readFileSync(join(directory, file)).includes(marker), file).toBe(false);
    }
  }
});

it('a node that would not keep a secret is handed nothing of its namespace, and says why', async () => {
  const bus = new TestBus();
  const { policy: secrets } = sealSecrets({ wrapper: localKey(randomBytes(32)), secrets: ['x/password'] });
  const open = new MemoryStore();
  const a = await startNode('a', bus, { local: new MemoryStore({ secrets }) });
  const b = await startNode('b', bus, { local: open });
  await together([a, b]);
  await a.store.claim('x');
  await a.store.set('x', 'password', text(marker));
  await expect(b.store.claim('x')).rejects.toMatchObject({
    code: 'invalid_value',
    message: expect.stringMatching(/^x\/password is secret where it comes from, and would not be here/),
  });
  expect((await open.find('x', { includeDeleted: true })).entries).toEqual([]);
  await vi.waitFor(async () => expect(dataOf(await b.store.get('x', 'password'))).toBe(marker), until);
  expect((await a.store.set('x', 'password', text('new'))).version).toBe(2); // it stays where it was
});
