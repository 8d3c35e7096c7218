import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AuditPage, AuditQuery } from '../contract/batch.js';
import type { Store } from '../contract/store.js';
import type { TrailRetentionOptions } from '../local-store/retention.js';
import { having, json, type Opened } from './context.js';

/** The options of such a store: little is kept, so that the trail has to remember the rest. */
export interface TrailStoreOptions extends TrailRetentionOptions {
  readonly historyLimit: number;
  readonly logLimit: number;
  readonly now: () => number;
}

const hourMs = 3_600_000;

/** Makes tests of a store whose trail outlives its log. `open` opens the same store again when it is called again. */
export function trails(name: string, newStore: () => (options: TrailStoreOptions) => Promise<Opened>): void {
  const clock = { ms: 1_700_000_000_000 };
  const limits = { historyLimit: 2, logLimit: 10, logAgeMs: hourMs, historyAgeMs: hourMs, tombstoneAgeMs: hourMs };
  const options = { ...limits, trailAgeMs: 24 * hourMs, now: () => clock.ms };

  async function opened(open: (options: TrailStoreOptions) => Promise<Opened>): Promise<Opened> {
    const made = await open(options);
    onTestFinished(() => made.close());
    return made;
  }

  /** All pages of so many records. */
  async function trailOf(store: Store, query: AuditQuery = {}, limit = 7): Promise<AuditPage['records']> {
    const records: AuditPage['records'][number][] = [];
    let cursor = '';
    do {
      const page: AuditPage = await having(store, 'audit').audit({ ...query, limit, cursor });
      expect(page.records.length).toBeLessThanOrEqual(limit);
      records.push(...page.records);
      cursor = page.nextCursor;
    } while (cursor !== '');
    return records;
  }

  const told = (records: AuditPage['records']): string[] =>
    records.map(({ operation, entry }) => {
      const { revision, author, namespace, key, version, comment } = entry;
      return `${revision} ${author} ${operation} ${namespace}/${key} ${version} ${comment}`;
    });

  /** Writes until `isDone`: what is past is looked through beside the writes. */
  async function writeUntil(store: Store, isDone: () => Promise<boolean>): Promise<void> {
    const operations = Array.from({ length: 50 }, (_, k) => ({ type: 'set' as const, key: `k${k}`, value: json(k) }));
    const write = async (): Promise<boolean> => {
      await having(store, 'batch').batch('filler', operations, { author: 'filler' });
      return isDone();
    };
    await vi.waitUntil(write, { timeout: 60_000, interval: 20 });
  }

  const writeUntilCompacted = (store: Store, revision: number): Promise<void> =>
    writeUntil(store, async () => (await having(store, 'revisions').revision()).oldestRevision >= revision);

  describe(`${name} remembers who wrote what`, () => {
    it('also what the log, and the histories, have dropped', async () => {
      const open = newStore();
      const { store, close } = await opened(open);
      const written: string[] = [];
      for (let n = 1; n <= 40; n += 1) {
        clock.ms += 1_000;
        const author = n % 3 === 0 ? 'ann' : 'bob';
        const { revision, version } = await store.set('ns', 'busy', json(n), { author, comment: `no. ${n}` });
        written.unshift(`${revision} ${author} set ns/busy ${version} no. ${n}`);
      }
      await store.set('ns', 'gone', json(1), { author: 'ann' });
      await store.delete('ns', 'gone', { author: 'eve' });
      await having(store, 'aliases').setAlias('al', 'busy', { author: 'eve' });
      await having(store, 'aliases').deleteAlias('al', { author: 'eve' });
      written.unshift(
        '44 eve alias_delete /al 1 ',
        '43 eve alias_set /al 1 ',
        '42 eve delete ns/gone 1 ',
        '41 ann set ns/gone 1 ',
      );
      await writeUntilCompacted(store, 44);
      // The deleted key is forgotten, with its history.
      clock.ms += 2 * hourMs;
      await writeUntil(store, () =>
        having(store, 'versions')
          .versions('ns', 'gone', { includeDeleted: true })
          .then(
            () => false,
            () => true,
          ),
      );

      const check = async (from: Store): Promise<void> => {
        const all = await trailOf(from);
        expect(told(all.filter(({ entry }) => entry.namespace !== 'filler'))).toEqual(written);
        expect(told(all)).toEqual(told(await trailOf(from, {}, 1_000)));
        expect(told(await trailOf(from, { author: 'eve' }))).toEqual(written.slice(0, 3));
        expect(told(await trailOf(from, { author: 'ann', key: 'busy', namespace: 'ns' }, 5))).toEqual(
          written.filter((line) => line.includes(' ann set ns/busy')),
        );
        expect(told(await trailOf(from, { operation: 'alias_set' }))).toEqual([written[1]]);
        const times = { fromMs: 1_700_000_003_000, toMs: 1_700_000_006_000 };
        expect((await trailOf(from, { ...times, namespace: 'ns' })).map(({ entry }) => entry.version)).toEqual([
          5, 4, 3,
        ]);
        // A value is there as long as its version is; a deletion and an alias never lose theirs.
        const values = (await trailOf(from, { namespace: 'ns', key: 'busy' })).map(({ entry }) =>
          entry.masked ? undefined : Buffer.from(entry.bytes).toString(),
        );
        expect(values[0]).toBe('40');
        expect(values.slice(2)).toEqual(Array.from({ length: 38 }, () => undefined));
        const [alias] = await trailOf(from, { operation: 'alias_set' });
        expect(Buffer.from(alias?.entry.bytes ?? []).toString()).toBe('"busy"');
        const [deleted] = await trailOf(from, { operation: 'delete' });
        expect(deleted?.entry).toMatchObject({ masked: false, deleted: true });
      };
      await check(store);
      await close();
      await check((await opened(open)).store);
    });

    it('until that is too old', async () => {
      const { store } = await opened(newStore());
      for (const n of [1, 2, 3]) await store.set('ns', 'old', json(n), { author: 'ann' });
      await writeUntilCompacted(store, 3);
      expect(await trailOf(store, { namespace: 'ns' })).toHaveLength(3);
      clock.ms += 24 * hourMs + 1;
      await store.set('ns', 'new', json(1), { author: 'ann' });
      const { revision } = await having(store, 'revisions').revision();
      await writeUntil(store, async () => (await trailOf(store, {}, 1_000)).at(-1)?.entry.revision === revision);
      // The trail forgets, the key does not.
      expect((await store.get('ns', 'old')).version).toBe(3);
    });
  });
}
