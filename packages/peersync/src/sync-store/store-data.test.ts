import { MemoryStore } from '@cfg/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DataPage } from '../lease/peer.js';
import { text } from '../test/sync-cluster.js';
import { StoreData } from './store-data.js';

async function stores(logLimit: number): Promise<[MemoryStore, MemoryStore]> {
  const both = [new MemoryStore({ logLimit, historyLimit: 10 }), new MemoryStore()] as [MemoryStore, MemoryStore];
  for (const store of both) {
    await store.connect();
    onTestFinished(() => store.close());
  }
  return both;
}

/** All that `to` lacks since the position; returns the new one. */
async function copy(from: StoreData, to: StoreData, position: number): Promise<number> {
  let at = position;
  for await (const page of from.pages('x', position)) {
    await to.put('x', page.records);
    at = page.position;
  }
  return at;
}

const historiesOf = async (store: MemoryStore): Promise<unknown[]> => {
  const { entries } = await store.find('x', { includeDeleted: true });
  const histories = entries.map(({ key }) => store.versions('x', key, { includeDeleted: true }));
  return (await Promise.all(histories)).map((history) =>
    history.entries.map(({ key, version, deleted, bytes }) => [key, version, deleted, Buffer.from(bytes).toString()]),
  );
};

describe('the data of a namespace', () => {
  it.each([
    ['in the log', 10_000],
    ['long compacted, as others write more than is copied', 10],
  ])('are sent on from where a copy ended, with what changed meanwhile %s', async (_, logLimit) => {
    const [a, b] = await stores(logLimit);
    const [from, to] = [new StoreData(a), new StoreData(b)];
    for (let i = 0; i < 300; i += 1) await a.set('x', `key-${i % 100}`, text(`v${i}`));
    const position = await copy(from, to, 0);
    expect(await historiesOf(b)).toEqual(await historiesOf(a));
    for (let i = 0; i < 30; i += 1) await a.set('x', `key-${i}`, text(`later ${i}`));
    await a.delete('x', 'key-1');
    await a.set('x', 'new', text('new'));
    for (let i = 0; i < 50; i += 1) await a.set('other', 'key', text('busy'));
    let sent = 0;
    for await (const { records } of from.pages('x', position)) sent += records.length;
    expect(sent).toBe(32);
    const end = await copy(from, to, position);
    expect(await historiesOf(b)).toEqual(await historiesOf(a));
    for (let i = 0; i < 50; i += 1) await a.set('other', 'key', text('busy'));
    const { revision } = await a.revision();
    const pages: DataPage<unknown>[] = [];
    for await (const page of from.pages('x', end)) pages.push(page);
    expect(pages).toEqual([{ records: [], position: revision }]); // nothing was looked for in the log
  });

  it('come in pages of a few megabytes, whatever their history weighs', async () => {
    const [a] = await stores(10);
    const big = { bytes: Buffer.alloc(400_000), codec: 'raw', type: 'custom' } as const;
    for (let i = 0; i < 30; i += 1) await a.set('x', `key-${i % 3}`, big);
    const sizes: number[] = [];
    for await (const { records } of new StoreData(a).pages('x', 0)) sizes.push(records.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(30);
  });

  it('are not the last of them where that is too much for a moment', async () => {
    const [a] = await stores(10_000);
    const data = new StoreData(a);
    const big = { bytes: Buffer.alloc(900_000), codec: 'raw', type: 'custom' } as const;
    for (let i = 0; i < 4; i += 1) await a.set('x', `key-${i}`, big);
    const { revision } = await a.revision();
    expect(await data.last('x', 0)).toMatchObject({ isAll: true, position: revision });
    for (let i = 0; i < 4; i += 1) await a.set('x', `more-${i}`, big);
    const last = await data.last('x', revision - 4);
    expect(last.isAll).toBe(false);
    expect(last.position).toBeLessThan(revision + 4);
  });
});
