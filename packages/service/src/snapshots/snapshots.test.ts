import { ConfigError, MemoryStore, type Snapshot } from '@cfg/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Encoder } from '../encoder.js';
import { completeOptions } from '../options.js';
import { fill } from '../test/fill.js';
import { Snapshots } from './snapshots.js';

describe('Snapshots', () => {
  const { signal } = new AbortController();
  const encoder = new Encoder(1 << 20);
  let store: MemoryStore;
  const snapshotsOf = (snapshotCacheBytes = 1 << 20): Snapshots =>
    new Snapshots({ store, encoder, settings: completeOptions({ snapshotCacheBytes }) });

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    await fill(store, 'prod', ['a', 'b']);
  });

  it('encodes a namespace once while only others change, and tells the new revision', async () => {
    const read = vi.spyOn(store, 'snapshot');
    const snapshots = snapshotsOf();
    const first = await snapshots.take('prod', 0, { signal });
    await fill(store, 'other', ['x', 'y']);
    const second = await snapshots.take('prod', 0, { signal });
    expect(second.body).toBe(first.body);
    expect([first.at?.revision, second.at?.revision]).toEqual([2, 4]);
    await store.delete('prod', 'a');
    const third = await snapshots.take('prod', 0, { signal });
    expect(third.body.entries().map(({ key }) => key)).toEqual(['b']);
    expect(third.at?.revision).toBe(5);
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
    const snapshots = snapshotsOf();
    const early = [snapshots.take('prod', 0, { signal }), snapshots.take('prod', 0, { signal })];
    await vi.waitFor(() => expect(read).toHaveBeenCalled());
    await fill(store, 'prod', ['c']);
    const late = [snapshots.take('prod', 0, { signal }), snapshots.take('prod', 0, { signal })];
    await new Promise(setImmediate);
    gate.resolve();
    const [one, two] = await Promise.all(early);
    expect(one?.body).toBe(two?.body);
    expect(one?.at?.revision).toBe(2);
    for (const { body, at } of await Promise.all(late)) {
      expect(body.entries().map(({ key }) => key)).toEqual(['a', 'b', 'c']);
      expect(at?.revision).toBe(3);
    }
    expect(read).toHaveBeenCalledTimes(2);
    expect((await snapshots.take('prod', 0, { signal })).body.entries()).toHaveLength(3);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('does not keep a failure', async () => {
    vi.spyOn(store, 'snapshot').mockRejectedValueOnce(new ConfigError('unavailable', 'not now'));
    const snapshots = snapshotsOf();
    await expect(snapshots.take('prod', 0, { signal })).rejects.toMatchObject({ code: 'unavailable' });
    expect((await snapshots.take('prod', 0, { signal })).body.entries()).toHaveLength(2);
  });

  it('keeps no more than its bytes', async () => {
    const read = vi.spyOn(store, 'snapshot');
    await fill(store, 'second', ['a', 'b']);
    const weight = (await snapshotsOf(0).take('prod', 0, { signal })).body.weight;
    const snapshots = snapshotsOf(Math.floor(weight * 1.5));
    read.mockClear();
    for (const namespace of ['prod', 'prod', 'second', 'prod']) await snapshots.take(namespace, 0, { signal });
    expect(read).toHaveBeenCalledTimes(3);
    const nothing = snapshotsOf(0);
    read.mockClear();
    for (const namespace of ['prod', 'prod']) await nothing.take(namespace, 0, { signal });
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('lets a caller go while it is built', async () => {
    vi.spyOn(store, 'snapshot').mockImplementationOnce(() => new Promise(() => {}));
    const gone = new AbortController();
    const taking = snapshotsOf().take('prod', 0, { signal: gone.signal });
    await new Promise(setImmediate);
    gone.abort();
    await expect(taking).rejects.toMatchObject({ name: 'AbortError' });
  });
});
