import { type Alias, Change, type ChangeStream, Entry, isConfigError, MemoryStore, type Page } from '@cfg/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SqliteStore, type SqliteStoreOptions } from './index.js';
import { json, scratchPath } from './test/scratch.js';

/*
 * The memory store says what every answer must be: any sequence of calls, with restarts of the SQLite store between
 * them, gives the same answers, the same revisions and the same log.
 */

type AnyStore = MemoryStore | SqliteStore;
type Call = (store: AnyStore) => Promise<unknown>;
interface Step {
  readonly title: string;
  readonly call?: Call;
  readonly advanceMs?: number;
  readonly restart?: boolean;
}

const historyLimit = 3;

const namespace = fc.constantFrom('a', 'a', 'a', '', 'b:c');
const key = fc.constantFrom('x', 'x', 'x', 'x/y', 'xy', 'p');
const alias = fc.constantFrom('p', 'q', 'x');
const prefix = fc.constantFrom('', 'x', 'x/', 'q');
const keys = fc.array(key, { minLength: 1, maxLength: 5 });
const limit = fc.nat({ max: 4 });
const flag = fc.boolean();
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const setOptions = fc.record({
  mode: fc.constantFrom('upsert', 'upsert', 'create', 'update'),
  ifVersion: optional(fc.nat({ max: 4 })),
  ttlMs: optional(fc.constantFrom(0, 40_000, 90_000)),
  requestId: optional(fc.constantFrom('one', 'two')),
});
const deleteOptions = fc.record({
  ifVersion: optional(fc.nat({ max: 4 })),
  requestId: optional(fc.constantFrom('one', 'two')),
});

const numbered = (name: string, index: number) => [name, json(index)] as const;

/** Steps of which `make` says what they do, from what `inputs` generates. */
const step = <T extends unknown[]>(
  weight: number,
  inputs: { [K in keyof T]: fc.Arbitrary<T[K]> },
  make: (...input: T) => Call,
): { weight: number; arbitrary: fc.Arbitrary<Step> } => ({
  weight,
  arbitrary: fc
    .tuple<T>(...inputs)
    .map((input) => ({ title: `${make} ${JSON.stringify(input)}`, call: make(...input) })),
});

const pass: fc.Arbitrary<Step> = fc
  .constantFrom(10_000, 40_000)
  .map((advanceMs) => ({ title: `${advanceMs} ms pass`, advanceMs }));
const restart: fc.Arbitrary<Step> = fc.constant({ title: 'restart', restart: true });

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    step(12, [namespace, key, fc.nat(), setOptions], (n, k, v, o) => (s) => s.set(n, k, json(v), o)),
    step(5, [namespace, key, deleteOptions], (n, k, o) => (s) => s.delete(n, k, o)),
    step(2, [namespace, keys], (n, ks) => (s) => s.setMany(n, ks.map(numbered))),
    step(2, [namespace, keys], (n, ks) => (s) => s.deleteMany(n, ks)),
    step(2, [alias, alias], (a, t) => (s) => s.setAlias(a, t)),
    step(1, [alias], (a) => (s) => s.deleteAlias(a)),
    step(4, [namespace, key], (n, k) => (s) => s.get(n, k)),
    step(1, [alias], (a) => (s) => s.getAlias(a)),
    step(1, [], () => (s) => s.listAliases()),
    step(1, [namespace, keys], (n, ks) => async (s) => [...(await s.getMany(n, ks))]),
    step(3, [namespace, prefix, limit, flag], (n, p, l, d) => (s) => pages(s, n, p, l, d)),
    step(1, [namespace, keys, flag], (n, ks, d) => (s) => s.find(n, { keys: ks, includeDeleted: d })),
    step(3, [namespace, key, limit, flag], (n, k, l, d) => (s) => history(s, n, k, l, d)),
    step(1, [namespace, key, limit, flag], (n, k, v, d) => (s) => s.versions(n, k, { version: v, includeDeleted: d })),
    step(1, [namespace, limit], (n, m) => (s) => s.snapshot(n, { maxEntries: m })),
    step(1, [fc.constantFrom('', 'b'), limit], (p, l) => (s) => s.namespaces({ prefix: p, limit: l })),
    step(1, [namespace], (n) => (s) => s.revision(n)),
    step(1, [], () => (s) => s.stats()),
    { weight: 3, arbitrary: pass },
    { weight: 1, arbitrary: restart },
  ),
  { minLength: 1, maxLength: 80, size: 'max' },
);

async function pages(store: AnyStore, n: string, prefix: string, limit: number, includeDeleted: boolean) {
  const found: Page[] = [];
  let cursor = '';
  do {
    const page = await store.find(n, { prefix, limit, includeDeleted, cursor });
    found.push(page);
    cursor = page.nextCursor;
  } while (cursor !== '');
  return found;
}

async function history(store: AnyStore, n: string, k: string, limit: number, includeDeleted: boolean) {
  const found: Entry[] = [];
  let cursor = '';
  do {
    const page = await store.versions(n, k, { limit, includeDeleted, cursor });
    found.push(...page.entries);
    cursor = page.nextCursor;
  } while (cursor !== '');
  return found;
}

/** An answer as plain data, without what is each store's own. */
function plain(answer: unknown): unknown {
  if (answer instanceof Uint8Array) return Buffer.from(answer).toString('hex');
  if (answer instanceof Map) return [...answer].map(plain);
  if (Array.isArray(answer)) return answer.map(plain);
  if (answer instanceof Error) {
    return isConfigError(answer) ? [answer.code, answer.message, answer.metadata] : answer;
  }
  if (typeof answer !== 'object' || answer === null) return answer;
  const own = ['logId', 'encoded', ...(answer instanceof Entry || answer instanceof Change ? [] : ['nextCursor'])];
  const fields = Object.entries(answer as Alias).filter(([name]) => !own.includes(name));
  return Object.fromEntries(fields.map(([name, value]) => [name, plain(value)]));
}

const outcomeOf = (store: AnyStore, call: Call): Promise<unknown> => call(store).then(plain, plain);

async function logOf(store: AnyStore): Promise<unknown[]> {
  const { revision } = await store.revision();
  const stream: ChangeStream = store.watch({}, { startRevision: 0 });
  const log: unknown[] = [];
  while (log.length < revision) log.push(plain((await stream.next()).value));
  stream.close();
  return log;
}

it('answers whatever the memory store does, also across restarts', { timeout: 120_000 }, async () => {
  let runs = 0;
  const base = scratchPath('model');
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      let nowMs = 1_700_000_000_000;
      const options: SqliteStoreOptions = { historyLimit, now: () => nowMs };
      const path = `${base}-${runs++}.db`;
      const model = new MemoryStore({ historyLimit, now: () => nowMs });
      let store = new SqliteStore(path, options);
      await model.connect();
      await store.connect();
      try {
        for (const { title, call, advanceMs = 0, restart } of sequence) {
          nowMs += advanceMs;
          if (restart) {
            await store.close();
            store = new SqliteStore(path, options);
            await store.connect();
          }
          if (call) expect(await outcomeOf(store, call), title).toEqual(await outcomeOf(model, call));
        }
        expect(await logOf(store)).toEqual(await logOf(model));
      } finally {
        await store.close();
        await model.close();
      }
    }),
    { numRuns: 300 },
  );
});
