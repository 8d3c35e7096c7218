import { ConfigError, MemoryStore, type Snapshot } from '@cfg/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Encoder } from '../encoder.js';
import { fill } from '../test/fill.js';
import { CachedSnapshots } from './cached.js';

describe('CachedSnapshots', () => {
  const { signal } = new AbortController();
  const encoder = new Encoder(1 << 20);
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    await fill(store, 'prod', ['a', 'b']);
  });

  it('encodes a namespace once while only others change, and tells the new revision', async () => {
    const read = vi.spyOn(store, 'snapshot');
    const snapshots = new CachedSnapshots(store, encoder, 100, 1 << 20);
    const first = await snapshots.take('prod', signal);
    await fill(store, 'other', ['x', 'y']);
    const second = await snapshots.take('prod', signal);
    expect(second.body).toBe(first.body);
    expect([first.revision, second.revision]).toEqual([2, 4]);
    await store.delete('prod', 'a');
    const third = await snapshots.take('prod', signal);
    expect(third.body.entries().map(({ key }) => key)).toEqual(['b']);
    expect(third.revision).toBe(5);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('builds once for all who ask meanwhile, but not for who has written meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    const taken = store.snapshot.bind(store);
    const read = vi.spyOn(store, 'snapshot').mockImplementationOnce(async (namespace): Promise<Snapshot> => {
      const snapshot = await taken(namespace);
      await gate.promise;
      return snapshot;
    });
    const snapshots = new CachedSnapshots(store, encoder, 100, 1 << 20);
    const early = [snapshots.take('prod', signal), snapshots.take('prod', signal)];
    await vi.waitFor(() => expect(read).toHaveBeenCalled());
    await fill(store, 'prod', ['c']);
    const late = [snapshots.take('prod', signal), snapshots.take('prod', signal)];
    await new Promise(setImmediate);
    gate.resolve();
    const [one, two] = await Promise.all(early);
    expect(one?.body).toBe(two?.body);
    expect(one?.revision).toBe(2);
    for (const { body, revision } of await Promise.all(late)) {
      expect(body.entries().map(({ key }) => key)).toEqual(['a', 'b', 'c']);
      expect(revision).toBe(3);
    }
    expect(read).toHaveBeenCalledTimes(2);
    expect((await snapshots.take('prod', signal)).body.entries()).toHaveLength(3);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('does not keep a failure', async () => {
    vi.spyOn(store, 'snapshot').mockRejectedValueOnce(new ConfigError('unavailable', 'not now'));
    const snapshots = new CachedSnapshots(store, encoder, 100, 1 << 20);
    await expect(snapshots.take('prod', signal)).rejects.toMatchObject({ code: 'unavailable' });
    expect((await snapshots.take('prod', signal)).body.entries()).toHaveLength(2);
  });

  it('keeps no more than its bytes', async () => {
    const read = vi.spyOn(store, 'snapshot');
    await fill(store, 'second', ['a', 'b']);
    const weight = (await new CachedSnapshots(store, encoder, 100, 0).take('prod', signal)).body.weight;
    const snapshots = new CachedSnapshots(store, encoder, 100, Math.floor(weight * 1.5));
    read.mockClear();
    for (const namespace of ['prod', 'prod', 'second', 'prod']) await snapshots.take(namespace, signal);
    expect(read).toHaveBeenCalledTimes(3);
    const nothing = new CachedSnapshots(store, encoder, 100, 0);
    read.mockClear();
    for (const namespace of ['prod', 'prod']) await nothing.take(namespace, signal);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('lets a caller go while it is built', async () => {
    vi.spyOn(store, 'snapshot').mockImplementationOnce(() => new Promise(() => {}));
    const gone = new AbortController();
    const taking = new CachedSnapshots(store, encoder, 100, 1 << 20).take('prod', gone.signal);
    await new Promise(setImmediate);
    gone.abort();
    await expect(taking).rejects.toMatchObject({ name: 'AbortError' });
  });
});
