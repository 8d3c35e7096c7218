import { describe, expect, it, onTestFinished } from 'vitest';
import type { Entry } from '../contract/entry.js';
import type { Store } from '../contract/store.js';
import type { TransferRecord } from '../contract/transfer.js';
import { having, json, type Open } from './context.js';

/** The fields of an entry that must be equal in both stores: all but its place in the log. */
const told = (entry: Entry): object => ({
  key: entry.key,
  bytes: Buffer.from(entry.bytes).toString(),
  codec: entry.codec,
  type: entry.type,
  version: entry.version,
  createdAtMs: entry.createdAtMs,
  updatedAtMs: entry.updatedAtMs,
  expiresAtMs: entry.expiresAtMs,
  deleted: entry.deleted,
  author: entry.author,
  comment: entry.comment,
});

const historyOf = async (store: Store, key: string): Promise<readonly Entry[]> =>
  [...(await having(store, 'versions').versions('ns', key, { includeDeleted: true })).entries].reverse();

/** Makes tests of a store that takes over what another has: of the capability `transfer`. Each opens two stores. */
export function transfers(name: string, open: Open): void {
  const two = async (): Promise<readonly [from: Store, to: Store]> => {
    const opened = [await open(), await open()] as const;
    onTestFinished(async () => {
      for (const each of opened) await each.close();
    });
    return [opened[0].store, opened[1].store];
  };

  /** A namespace with what there can be: versions, a deletion, a key made again, an expiry, an author, a request id. */
  async function filled(store: Store): Promise<readonly TransferRecord[]> {
    await store.set('ns', 'kept', json(1), { author: 'ann', comment: 'first', requestId: 'r1' });
    await store.set('ns', 'kept', json(2), { author: 'bob', ttlMs: 3_600_000 });
    await store.set('ns', 'gone', json(1));
    await store.delete('ns', 'gone', { author: 'ann', comment: 'not needed' });
    await store.set('ns', 'again', json(1));
    await store.delete('ns', 'again');
    await store.set('ns', 'again', json(2));
    const histories = await Promise.all(['kept', 'gone', 'again'].map((key) => historyOf(store, key)));
    return histories.flat().map((entry) => ({
      entry,
      requestId: entry.key === 'kept' && entry.version === 1 ? 'r1' : '',
    }));
  }

  describe(`${name} takes a namespace over`, () => {
    it('as it is, and goes on where the other was', async () => {
      const [from, to] = await two();
      const records = await filled(from);
      const target = having(to, 'transfer');
      for (let time = 0; time < 2; time += 1) await target.transfer('ns', records); // repeated, it changes nothing
      for (const key of ['kept', 'gone', 'again']) {
        expect((await historyOf(to, key)).map(told)).toEqual((await historyOf(from, key)).map(told));
      }
      expect((await to.find('ns')).entries.map(({ key }) => key)).toEqual(['again', 'kept']);
      // A request id that was answered there is answered here.
      expect((await to.set('ns', 'kept', json(9), { requestId: 'r1' })).version).toBe(1);
      expect((await to.set('ns', 'kept', json(3), { ifVersion: 2 })).version).toBe(3);
      const [before, after] = await Promise.all([from, to].map((store) => store.set('ns', 'gone', json(2))));
      expect(after?.version).toBe(before?.version);
    });

    it('and tells its watchers of what is new to it, once', async () => {
      const [from, to] = await two();
      const records = await filled(from);
      const target = having(to, 'transfer');
      await target.transfer('ns', records.slice(0, 1));
      await using stream = to.watch({ namespaces: ['ns'] });
      await stream.ready;
      await target.transfer('ns', records);
      await target.transfer('ns', records);
      await to.set('ns', 'last', json(1));
      const seen: string[] = [];
      const revisions: number[] = [];
      for await (const event of stream) {
        if (event.type !== 'set' && event.type !== 'delete') continue;
        seen.push(`${event.type} ${event.entry.key} ${event.entry.version}`);
        revisions.push(event.revision);
        if (event.entry.key === 'last') break;
      }
      const expected = records
        .slice(1)
        .map(({ entry }) => `${entry.deleted ? 'delete' : 'set'} ${entry.key} ${entry.version}`);
      expect(seen).toEqual([...expected, 'set last 1']);
      expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    });

    it('without touching what is newer here, or in other namespaces', async () => {
      const [from, to] = await two();
      const records = await filled(from);
      await to.set('other', 'kept', json('theirs'));
      const target = having(to, 'transfer');
      await target.transfer('ns', records);
      const newest = await to.set('ns', 'kept', json(3));
      await target.transfer('ns', records);
      expect(told(await to.get('ns', 'kept'))).toEqual(told(newest));
      expect((await to.get('other', 'kept')).version).toBe(1);
    });
  });
}
