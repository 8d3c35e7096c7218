import type { CallOptions, Entry } from '@cfg/core';
import { staleHeader } from '@cfg/proto';
import { expect, it, vi } from 'vitest';
import { startNodes, type TestNode, text, until } from '../test/sync-cluster.js';

const dataOf = ({ bytes }: Entry): unknown => JSON.parse(Buffer.from(bytes).toString());

/** Options of a call, and the headers that its caller is told. */
function calling(): CallOptions & { readonly told: Map<string, string> } {
  const told = new Map<string, string>();
  return { caller: { metadata: { get: () => undefined }, header: told }, told };
}

/** The nodes' leases of the namespace, without the holder's. */
const copies = async (nodes: readonly TestNode[], namespace: string): Promise<string[]> => {
  const leases = await Promise.all(
    nodes.map(async ({ id, store }) => [id, await store.peer.lookup(namespace)] as const),
  );
  return leases.filter(([, lease]) => lease?.is === 'handed').map(([id]) => id);
};

it('a lost holder is read from a copy, which says so, and a claim by any node goes on from the copy', async () => {
  const nodes = await startNodes(['a', 'b', 'c', 'd']);
  const [a] = nodes as [TestNode];
  await a.store.set('x', 'gone', text('gone'));
  await a.store.claim('x');
  await a.store.set('x', 'key', text('one'));
  await a.store.set('x', 'key', text('two'));
  await a.store.delete('x', 'gone');
  await vi.waitFor(async () => expect(await copies(nodes, 'x')).toHaveLength(1), until);
  const others = nodes.slice(1);
  const [follower] = await copies(nodes, 'x');
  // The last write is copied as well.
  await vi.waitFor(async () => {
    const peer = others.find(({ id }) => id === follower) as TestNode;
    const versions: number[] = [];
    for await (const { records } of peer.store.peer.pull('x', 0)) {
      versions.push(...records.filter(({ entry }) => entry.key === 'key').map(({ entry }) => entry.version));
    }
    expect(versions).toEqual([1, 2]);
  }, until);
  const before = calling();
  expect(dataOf(await (others[0] as TestNode).store.get('x', 'key', before))).toBe('two');
  expect(before.told.has(staleHeader)).toBe(false);

  await a.crash();
  await vi.waitFor(() => {
    for (const { store } of others) expect(store.hasMember('a')).toBe(false);
  }, until);
  for (const { store } of others) {
    const options = calling();
    expect(dataOf(await store.get('x', 'key', options))).toBe('two');
    expect(Number(options.told.get(staleHeader))).toBeGreaterThan(0);
    const refused = calling();
    await expect(store.get('x', 'none', refused)).rejects.toMatchObject({ code: 'not_found' });
    expect(Number(refused.told.get(staleHeader))).toBeGreaterThan(0);
    expect((await store.find('x')).entries.map(({ key }) => key)).toEqual(['key']);
    await expect(store.set('x', 'key', text('no'))).rejects.toMatchObject({ code: 'read_only' });
  }
  const claimer = others.find(({ id }) => id !== follower) as TestNode;
  await claimer.store.claim('x');
  const written = await (others[0] as TestNode).store.set('x', 'key', text('three'));
  expect(written.version).toBe(3);
  const { entries } = await claimer.store.versions('x', 'key');
  expect(entries.map(({ version }) => version)).toEqual([3, 2, 1]);
  const after = calling();
  expect(dataOf(await (others[2] as TestNode).store.get('x', 'key', after))).toBe('three');
  expect(after.told.has(staleHeader)).toBe(false);
});

it('without followers there is no copy', async () => {
  const [a, b] = (await startNodes(['a', 'b'], { followers: 0 })) as [TestNode, TestNode];
  await a.store.claim('x');
  await a.store.set('x', 'key', text('one'));
  await a.crash();
  await vi.waitFor(() => expect(b.store.hasMember('a')).toBe(false), until);
  await expect(b.store.get('x', 'key')).rejects.toMatchObject({ code: 'unavailable' });
});
