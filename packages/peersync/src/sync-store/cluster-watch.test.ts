import { RemoteStore } from '@cfg/client';
import type { ChangeStream } from '@cfg/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Records, startNodes, type TestNode, text } from '../test/sync-cluster.js';

const namespaces = Array.from({ length: 12 }, (_, i) => `team-${i}`);

describe('a watch', () => {
  const take = async (stream: ChangeStream, count: number): Promise<string[]> => {
    const keys: string[] = [];
    for await (const event of stream) {
      if (event.type !== 'progress') keys.push(`${event.entry.namespace}/${event.entry.key}`);
      if (keys.length === count) break;
    }
    return keys;
  };

  it('over all nodes sees every change once', async () => {
    const nodes = await startNodes(['a', 'b', 'c']);
    for (const namespace of namespaces) await nodes[0]?.store.set(namespace, 'first', text('1'));
    const streams = nodes.map(({ store }) => store.watch());
    await Promise.all(streams.map((stream) => stream.ready));
    for (const [i, namespace] of namespaces.entries()) await nodes[i % 3]?.store.set(namespace, 'key', text('1'));
    const expected = namespaces.map((namespace) => `${namespace}/key`).sort();
    for (const stream of streams) expect((await take(stream, namespaces.length)).sort()).toEqual(expected);
  });

  it("of one namespace resumes in its holder's log, from any node, until it changes hands", async () => {
    const nodes = await startNodes(['a', 'b', 'c'], { ownership: new Records() });
    const [a, b, c] = nodes as [TestNode, TestNode, TestNode];
    await a.store.claim('x');
    const { revision } = await b.store.set('x', 'one', text('1'));
    await c.store.set('x', 'two', text('2'));
    const { logId } = await c.store.find('x');
    for (const { store } of nodes) {
      const stream = store.watch({ namespaces: ['x'] }, { startRevision: revision, logId });
      expect(await take(stream, 1)).toEqual(['x/two']);
    }
    const streams = nodes.map(({ store }) => store.watch({ namespaces: ['x'] }));
    await Promise.all(streams.map((stream) => stream.ready));
    const ends = streams.map((stream) => expect(stream.next()).rejects.toMatchObject({ code: 'revision_compacted' }));
    await b.store.claim('x');
    await Promise.all(ends);
    const again = c.store.watch({ namespaces: ['x'] });
    await again.ready;
    await a.store.set('x', 'three', text('3'));
    expect(await take(again, 1)).toEqual(['x/three']);
  });

  it('of a client ends in the state that is, through a handover', async () => {
    const nodes = await startNodes(['a', 'b'], { ownership: new Records() });
    const [a, b] = nodes as [TestNode, TestNode];
    await a.store.claim('x');
    const client = new RemoteStore(b.address, { insecure: true });
    onTestFinished(() => client.close());
    await client.connect();
    const stream = client.watch({ namespaces: ['x'] });
    await stream.ready;
    await a.store.set('x', 'one', text('1'));
    expect(await take(stream, 1)).toEqual(['x/one']);
  });
});
