import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { SearchMatch, SearchQuery } from '@cfg/core';
import { type Operation, Sealer, SearchTerm } from '@cfg/core/store';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { Committer } from './committer.js';
import { EntryCache } from './entry-cache.js';
import type { SqliteStore } from './index.js';
import { Reader } from './reader.js';
import { migrate } from './schema.js';
import { prepareSearch } from './search-table.js';
import { openStore, scratchPath } from './test/scratch.js';

const json = (data: unknown) => ({ bytes: Buffer.from(JSON.stringify(data)), codec: 'json', type: 'string' as const });

interface IndexState {
  readonly indexed_from: number | null;
  readonly indexed_to: number | null;
  readonly head: number | null;
  readonly rows: number;
}

const stateIn = (db: DatabaseSync): IndexState =>
  db
    .prepare(
      `SELECT indexed_from, indexed_to, (SELECT max(revision) FROM changes) AS head,
        (SELECT count(*) FROM search_docsize) AS rows FROM log`,
    )
    .get() as unknown as IndexState;

/** Waits until the file's index is in that state. */
async function until(path: string, isThere: (state: IndexState) => boolean): Promise<IndexState> {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    return await vi.waitUntil(() => [stateIn(db)].find(isThere), { timeout: 60_000, interval: 20 });
  } finally {
    db.close();
  }
}

const isCaughtUp = ({ indexed_from, indexed_to, head }: IndexState): boolean =>
  indexed_from === 0 && indexed_to === head;

async function found(store: SqliteStore, query: SearchQuery): Promise<string[]> {
  const matches: SearchMatch[] = [];
  let cursor = '';
  do {
    const page = await store.search({ ...query, cursor });
    matches.push(...page.matches);
    cursor = page.nextCursor;
  } while (cursor !== '');
  return matches.map(({ entry }) => entry.key);
}

it('finds the same with the index, before it is there, and without', async () => {
  const path = scratchPath();
  const answers: string[][] = [];
  const ask = async (store: SqliteStore): Promise<void> => {
    for (const text of ['timeout', 'ti', 'value 15', '15']) answers.push(await found(store, { text }));
  };
  const first = await openStore(path);
  const operations = Array.from({ length: 400 }, (_, index) => {
    return {
      type: 'set' as const,
      key: `app/${index % 7 === 0 ? 'timeout' : 'retry'}-${index}`,
      value: json(`value ${index}`),
    };
  });
  await first.batch('ns', operations);
  await first.delete('ns', 'app/timeout-7');
  await ask(first);
  await until(path, isCaughtUp);
  await ask(first);
  await first.close();
  const without = await openStore(path, { searchIndex: false });
  expect(await until(path, ({ indexed_to }) => indexed_to === null)).toMatchObject({ rows: 0 });
  await ask(without);
  await without.set('ns', 'app/retry-1', json('value 15'));
  await without.close();
  await (await openStore(path)).close();
  expect(await until(path, () => true)).toMatchObject({ indexed_to: null });
  const again = await openStore(path, { searchIndex: true });
  // Entries that are in the file already come into the index afterwards.
  expect(await until(path, isCaughtUp)).toMatchObject({ rows: 399 });
  expect(await found(again, { text: 'value 15' })).toEqual(['app/retry-1', ...(answers[2] ?? [])]);
  expect(answers[0]).toHaveLength(57);
  for (let at = 4; at < answers.length; at += 1) expect(answers[at]).toEqual(answers[at % 4]);
});

it('gives a file of an earlier release its index', async () => {
  const path = scratchPath();
  copyFileSync(fileURLToPath(new URL('./test/fixtures/schema-1.db', import.meta.url)), path);
  const store = await openStore(path, { now: () => 1_700_000_100_000 });
  await until(path, isCaughtUp);
  expect(await found(store, { text: 'still here' })).toEqual(['old']);
});

const ages = { logAgeMs: 0, historyAgeMs: 0, tombstoneAgeMs: 0, trailAgeMs: 0 };
const key = fc.constantFrom('aaa', 'aab', 'x/aab', 'bbb');
const value = fc.constantFrom('aaa', 'bbbaab', 'xx', 'AAB');
type Step = Operation | 'step' | 'off' | 'on';
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(key, value).map(([k, data]): Step => {
      return { type: 'set', namespace: 'ns', key: k, value: { ...json(data) }, options: {} };
    }),
  },
  { weight: 2, arbitrary: key.map((k): Step => ({ type: 'delete', namespace: 'ns', key: k, options: {} })) },
  { weight: 3, arbitrary: fc.constant<Step>('step') },
  { weight: 1, arbitrary: fc.constantFrom<Step>('off', 'on') },
);

it('keeps the index true to the entries, whatever is written, dropped and switched (100 sequences)', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), fc.constantFrom(1, 3, 1_000), (steps, limit) => {
      const db = new DatabaseSync(':memory:');
      db.exec('BEGIN');
      migrate(db, 0);
      prepareSearch(db);
      db.exec('COMMIT');
      const committer = new Committer(
        db,
        { ...ages, historyLimit: limit, logLimit: limit, logBytes: 1e9 },
        new Sealer(),
      );
      const reader = new Reader(db, new EntryCache(0), limit, new Sealer());
      const state = new Map<string, string>();
      committer.switchIndex(true);
      for (const each of steps) {
        if (each === 'step') committer.upkeep(1);
        else if (each === 'off' || each === 'on') committer.switchIndex(each === 'on');
        else {
          committer.commit([each], 1);
          if (each.type === 'delete') state.delete(each.key);
          else if (each.type === 'set') state.set(each.key, Buffer.from(each.value.bytes).toString());
        }
        for (const text of ['aab', 'aaa', 'bb', 'bbb']) {
          const term = new SearchTerm({ text });
          const matches: SearchMatch[] = [];
          for (let before = Number.POSITIVE_INFINITY; before > 0; ) {
            const stretch = reader.search({ term, before, limit: 2, maxBytes: 1e9 });
            matches.push(...stretch.matches);
            before = stretch.next;
          }
          const wanted = [...state].filter(([k, data]) => k.includes(text) || data.toLowerCase().includes(text));
          expect(matches.map(({ entry }) => entry.key).sort()).toEqual(wanted.map(([k]) => k).sort());
        }
      }
      while (committer.upkeep(1));
      const { rows, indexed_to } = stateIn(db);
      expect(rows).toBe(indexed_to === null ? 0 : state.size);
      db.close();
    }),
    { numRuns: 100 },
  );
});
