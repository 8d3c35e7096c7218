import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteStore } from '@cfg/client';
import { type ChangeStream, type Entry, MemoryStore, type Store } from '@cfg/core';
import type { Guard } from '@cfg/service';
import { SqliteStore } from '@cfg/sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Records, startNode, startNodes, TestBus, type TestNode, text, together, until } from '../test/sync-cluster.js';

const dataOf = ({ bytes }: Entry): unknown => JSON.parse(Buffer.from(bytes).toString());
const namespaces = Array.from({ length: 12 }, (_, i) => `team-${i}`);
const holderOf = (nodes: readonly TestNode[], namespace: string): string[] =>
  nodes.filter(({ store }) => store.status().holdings.includes(namespace)).map(({ id }) => id);

describe('three nodes', () => {
  it('serve every namespace through each of them, and hold each at one', async () => {
    const nodes = await startNodes(['a', 'b', 'c']);
    for (const [i, namespace] of namespaces.entries()) {
      await nodes[i % 3]?.store.set(namespace, 'key', text(namespace));
    }
    for (const { store } of nodes) {
      for (const namespace of namespaces) {
        const entry = await store.get(namespace, 'key');
        expect([dataOf(entry), entry.version]).toEqual([namespace, 1]);
      }
      expect((await store.namespaces()).namespaces).toEqual([...namespaces].sort());
      const first = await store.namespaces({ limit: 5 });
      const rest = await store.namespaces({ cursor: first.nextCursor });
      expect([...first.namespaces, ...rest.namespaces]).toEqual([...namespaces].sort());
    }
    for (const namespace of namespaces) expect(holderOf(nodes, namespace)).toHaveLength(1);
    expect(new Set(namespaces.flatMap((namespace) => holderOf(nodes, namespace))).size).toBeGreaterThan(1);
    await expect(nodes[0]?.store.get('nobody', 'key')).rejects.toMatchObject({ code: 'not_found' });
    expect((await nodes[1]?.store.find('nobody'))?.entries).toEqual([]);
    expect(holderOf(nodes, 'nobody')).toEqual([]);
  });

  it('have one writer when many begin a namespace at once', async () => {
    const nodes = await startNodes(['a', 'b', 'c']);
    const writes = nodes.flatMap(({ store, id }) =>
      Array.from({ length: 10 }, (_, i) => store.set('contended', 'key', text(`${id}${i}`))),
    );
    const versions = (await Promise.all(writes)).map(({ version }) => version);
    expect(versions.sort((x, y) => x - y)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(holderOf(nodes, 'contended')).toHaveLength(1);
  });

  it('carry everything of the store contract', async () => {
    const nodes = await startNodes(['a', 'b', 'c']);
    const [a, b, c] = nodes as [TestNode, TestNode, TestNode];
    await a.store.claim('x').catch(() => {});
    await a.store.set('x', 'one', text('1'));
    for (const { store } of nodes) {
      await expect(store.set('x', 'one', text('no'), { mode: 'create' })).rejects.toMatchObject({ code: 'key_exists' });
    }
    await b.store.set('x', 'one', text('2'), { ifVersion: 1 });
    await c.store.batch('x', [
      { type: 'set', key: 'two', value: text('2') },
      { type: 'delete', key: 'one' },
    ]);
    expect(
      (await b.store.versions('x', 'one', { includeDeleted: true })).entries.map(({ version }) => version),
    ).toEqual([2, 2, 1]);
    expect((await c.store.snapshot('x')).entries.map(({ key }) => key)).toEqual(['two']);
    await c.store.restore('x', { key: 'one', to: { version: 1 } });
    expect(dataOf(await a.store.get('x', 'one'))).toBe('1');
    await c.store.delete('x', 'two');
    expect((await b.store.find('x')).entries.map(({ key }) => key)).toEqual(['one']);
    expect(await b.store.health()).toEqual({ ok: true });
    await expect(a.store.get('internal:peersync', 'epoch')).rejects.toMatchObject({ code: 'invalid_namespace' });
  });

  it('search all nodes, each entry found once', async () => {
    const nodes = await startNodes(['a', 'b', 'c']);
    for (const [i, namespace] of namespaces.entries()) {
      await nodes[i % 3]?.store.set(namespace, 'app/timeout', text(namespace));
    }
    await nodes[0]?.store.claim('team-1');
    await nodes[1]?.store.claim('team-1'); // the first keeps a copy
    for (const limit of [0, 1, 2, 5, 100]) {
      const found: string[] = [];
      let cursor = '';
      do {
        const page = await (nodes[2] as TestNode).store.search({ text: 'TIMEOUT', limit, cursor });
        if (limit > 0) expect(page.matches.length).toBeLessThanOrEqual(limit);
        found.push(...page.matches.map(({ entry }) => entry.namespace));
        cursor = page.nextCursor;
      } while (cursor !== '');
      expect(found.sort()).toEqual([...namespaces].sort());
    }
  });

  it('know the aliases of all', async () => {
    const [a, b, c] = (await startNodes(['a', 'b', 'c'])) as [TestNode, TestNode, TestNode];
    for (const [i, { store }] of [a, b, c].entries()) await store.setAlias(`alias-${i}`, 'app/timeout');
    expect((await c.store.listAliases()).map(({ alias }) => alias)).toEqual(['alias-0', 'alias-1', 'alias-2']);
    expect((await a.store.getAlias('alias-2')).target).toBe('app/timeout');
    await expect(b.store.setAlias('alias-0', 'other')).rejects.toMatchObject({ code: 'alias_exists' });
    await expect(b.store.setAlias('new', 'alias-0')).rejects.toMatchObject({ code: 'alias_chain' });
    await b.store.deleteAlias('alias-0');
    await expect(a.store.getAlias('alias-0')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a namespace that is claimed', () => {
  it.each<[string, () => Store]>([
    ['memory', () => new MemoryStore()],
    ['SQLite', () => new SqliteStore(join(mkdtempSync(join(tmpdir(), 'cfg-peersync-')), 'node.db'))],
  ])('comes with its data, history, versions, authors and request ids, in %s', async (_, open) => {
    const ownership = new Records();
    const bus = new TestBus();
    const a = await startNode('a', bus, { ownership, local: open() });
    const b = await startNode('b', bus, { ownership, local: open() });
    const nodes = [a, b];
    await together(nodes);
    await a.store.claim('x');
    for (let i = 1; i <= 5; i++) await a.store.set('x', 'key', text(`v${i}`), { author: 'ann', requestId: `r${i}` });
    await a.store.set('x', 'gone', text('gone'));
    await a.store.delete('x', 'gone');
    await a.store.set('x', 'brief', text('brief'), { ttlMs: 3_600_000 });
    const before = await a.store.versions('x', 'key');

    await b.store.claim('x');
    expect([holderOf(nodes, 'x'), ownership.all.get('x')]).toEqual([['b'], 'b']);
    await vi.waitFor(() => expect([a.store.ownerOf('x'), b.store.ownerOf('x')]).toEqual(['b', 'b']), until);
    const after = await b.store.versions('x', 'key');
    const told = ({ version, author, createdAtMs, updatedAtMs }: Entry) => ({
      version,
      author,
      createdAtMs,
      updatedAtMs,
    });
    expect(after.entries.map(told)).toEqual(before.entries.map(told));
    expect((await b.store.get('x', 'brief')).expiresAtMs).toBeGreaterThan(Date.now());
    expect((await b.store.set('x', 'key', text('again'), { requestId: 'r5' })).version).toBe(5); // a repeat
    expect((await a.store.set('x', 'key', text('new'))).version).toBe(6);
    expect((await b.store.set('x', 'gone', text('back'))).version).toBe(2);
    expect(dataOf(await a.store.get('x', 'key'))).toBe('new');
  });

  it('loses no write that comes while it moves', async () => {
    const nodes = await startNodes(['a', 'b', 'c'], { ownership: new Records() });
    await nodes[0]?.store.claim('x');
    let isMoving = true;
    let acknowledged = 0;
    const writers = nodes.map(async ({ store }) => {
      while (isMoving) {
        acknowledged = Math.max(acknowledged, (await store.set('x', 'n', text('n'))).version);
        await new Promise((resolve) => setImmediate(resolve)); // a store in memory never waits
      }
    });
    for (let i = 1; i <= 6; i++) await nodes[i % 3]?.store.claim('x');
    isMoving = false;
    await Promise.all(writers);
    expect((await nodes[1]?.store.get('x', 'n'))?.version).toBe(acknowledged);
    expect(holderOf(nodes, 'x')).toEqual(['a']);
  });

  it('from a node that is gone is read-only until then, and goes on with what is there', async () => {
    const nodes = await startNodes(['a', 'b', 'c'], { ownership: new Records() });
    const [a, b, c] = nodes as [TestNode, TestNode, TestNode];
    await b.store.claim('x');
    await b.store.set('x', 'key', text('old'));
    await a.store.claim('x'); // b keeps its copy
    await a.store.set('x', 'key', text('new'));
    await a.crash();
    await vi.waitFor(
      () => expect([b, c].some(({ store }) => store.cluster.membership.isAlive('a'))).toBe(false),
      until,
    );
    await expect(c.store.set('x', 'key', text('lost'))).rejects.toMatchObject({
      code: expect.stringMatching(/read_only|unavailable/),
    });
    await b.store.claim('x');
    expect(dataOf(await c.store.get('x', 'key'))).toBe('old');
    await c.store.set('x', 'key', text('newer'));
    expect(dataOf(await b.store.get('x', 'key'))).toBe('newer');
  });
});

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

describe('a call that is sent on', () => {
  it("is authorized, and kept, as its caller's, who must be allowed to move what only nodes may", async () => {
    const asked: string[] = [];
    const guard: Guard = {
      authenticate: ({ metadata }) => ({
        userId: metadata.get('authorization')?.replace('Bearer ', '') ?? '',
        claims: {},
      }),
      authorize({ userId }, action) {
        asked.push(`${userId} ${action}`);
        return {
          allowed: action === 'peer' ? userId.startsWith('node-') : userId === 'ann' || userId.startsWith('node-'),
        };
      },
    };
    const [a, b] = (await startNodes(['a', 'b'], { guard, ownership: new Records() })) as [TestNode, TestNode];
    await a.store.claim('x');
    const as = async (token: string): Promise<RemoteStore> => {
      const client = new RemoteStore(b.address, { insecure: true, token, retry: { maxRetries: 0 } });
      onTestFinished(() => client.close());
      await client.connect();
      return client;
    };
    const ann = await as('ann');
    const written = await ann.set('x', 'key', text('hello'));
    expect(written).toMatchObject({ version: 1, author: 'ann' });
    expect(asked.filter((each) => each === 'ann write')).toHaveLength(2); // at both nodes
    await expect((await as('bob')).set('x', 'key', text('no'))).rejects.toMatchObject({ code: 'permission_denied' });
    expect(asked).toContain('node-a peer');
    expect(asked.some((each) => each === 'ann peer')).toBe(false);
  });
});

describe('a node', () => {
  it('gives way, before it serves anything, where it was claimed away from while it was gone', async () => {
    const bus = new TestBus();
    const local = new MemoryStore();
    const nodes = [await startNode('a', bus, { local }), await startNode('b', bus), await startNode('c', bus)];
    const [a, b, c] = nodes as [TestNode, TestNode, TestNode];
    await together(nodes);
    await a.store.set('x', 'key', text('old'));
    await a.store.claim('x');
    await a.crash();
    await vi.waitFor(() => {
      for (const { store } of [b, c]) expect(store.hasMember('a')).toBe(false);
    }, until);
    await b.store.claim('x');
    await c.store.set('x', 'key', text('new'));
    const again = await startNode('a', bus, { local });
    expect(dataOf(await again.store.get('x', 'key'))).toBe('new');
    expect([again.store.holdings, b.store.holdings]).toEqual([[], ['x']]);
    await vi.waitFor(() => {
      for (const { store } of [again, b, c]) expect(store.ownerOf('x')).toBe('b');
    }, until);
  });

  it('takes up its namespaces again after a restart', async () => {
    const bus = new TestBus();
    const local = new MemoryStore();
    const b = await startNode('b', bus);
    // A store in memory ends with its node; what the node's own records say is what counts here.
    const a = await startNode('a', bus, { local });
    await together([a, b]);
    for (const namespace of namespaces) await b.store.set(namespace, 'key', text('1'));
    const before = a.store.status().holdings;
    expect(before.length).toBeGreaterThan(0);
    await a.crash();
    await vi.waitFor(() => expect(b.store.hasMember('a')).toBe(false), until);
    const again = await startNode('a', bus, { local });
    await together([again, b]);
    expect(again.store.status().holdings).toEqual(before);
    await vi.waitFor(async () => {
      for (const namespace of namespaces)
        expect((await b.store.set(namespace, 'key', text('2'))).version).toBeGreaterThan(1);
    }, until);
  });

  it('keeps what its store had before it was in a cluster', async () => {
    const local = new MemoryStore();
    await local.connect();
    await local.set('legacy', 'key', text('kept'));
    const bus = new TestBus();
    const a = await startNode('a', bus, { local });
    const b = await startNode('b', bus);
    await together([a, b]);
    await vi.waitFor(() => expect(a.store.status().holdings).toEqual(['legacy']), until);
    expect(dataOf(await b.store.get('legacy', 'key'))).toBe('kept');
  });

  it('is single use, and closes twice', async () => {
    const { store } = await startNode('a', new TestBus());
    await store.close();
    await store.close();
    await expect(store.connect()).rejects.toMatchObject({ code: 'closed' });
    await expect(store.get('a', 'b')).rejects.toMatchObject({ code: 'closed' });
    await expect(store.watch().next()).rejects.toMatchObject({ code: 'closed' });
  });
});
