import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Change } from '../contract/change.js';
import { type Alias, Entry } from '../contract/entry.js';
import { isConfigError } from '../contract/errors.js';
import type { ChangeStream, Page } from '../contract/store.js';
import type { LocalStore } from '../local-store/local-store.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import type { SecretPolicy } from '../sealing/secret-policy.js';
import { json, type Opened } from './context.js';

/** With what a store is opened to be compared with the model. */
export interface ModelOptions {
  readonly historyLimit: number;
  readonly now: () => number;
}

export interface ModelPropertyOptions {
  /** How many sequences are tried. Default 300. */
  readonly runs?: number | undefined;
  /** Which values the store takes for secret. Default: none. */
  readonly secrets?: SecretPolicy | undefined;
}

type Call = (store: LocalStore) => Promise<unknown>;
interface Step {
  readonly title: string;
  readonly call?: Call;
  readonly advanceMs?: number;
  readonly restart?: boolean;
}

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
  author: optional(fc.constant('bob')),
  comment: optional(fc.constant('why not')),
});
const deleteOptions = fc.record({
  ifVersion: optional(fc.nat({ max: 4 })),
  requestId: optional(fc.constantFrom('one', 'two')),
});

const batchOperation = fc.oneof(
  fc.record({
    type: fc.constant('set' as const),
    key,
    value: fc.nat().map(json),
    mode: fc.constantFrom('upsert', 'upsert', 'upsert', 'update'),
    ttlMs: optional(fc.constantFrom(0, 40_000)),
    comment: optional(fc.constant('one of many')),
  }),
  fc.record({ type: fc.constant('delete' as const), key, ifVersion: optional(fc.nat({ max: 2 })) }),
);
const batchOptions = fc.record({
  requestId: optional(fc.constantFrom('one', 'two', 'three')),
  author: optional(fc.constant('ann')),
  comment: optional(fc.constant('together')),
  dryRun: fc.constantFrom(false, false, true),
});
const revision = fc.integer({ min: 1, max: 40 });
const restoreTarget = fc.oneof(
  fc.record({ key, to: fc.record({ version: fc.integer({ min: 1, max: 6 }) }) }),
  fc.record({ key: optional(key), to: fc.record({ revision }) }),
);

/** Steps of one kind: `name` says what they do, `make` does it with what `inputs` generates. */
const step = <T extends unknown[]>(
  weight: number,
  name: string,
  inputs: { [K in keyof T]: fc.Arbitrary<T[K]> },
  make: (store: LocalStore, ...input: T) => Promise<unknown>,
): { weight: number; arbitrary: fc.Arbitrary<Step> } => ({
  weight,
  arbitrary: fc.tuple<T>(...inputs).map((input) => ({
    title: `${name} ${JSON.stringify(input)}`,
    call: (store) => make(store, ...input),
  })),
});

const pass: fc.Arbitrary<Step> = fc
  .constantFrom(10_000, 40_000)
  .map((advanceMs) => ({ title: `${advanceMs} ms pass`, advanceMs }));
const restart: fc.Arbitrary<Step> = fc.constant({ title: 'restart', restart: true });

const writes = [
  step(12, 'set', [namespace, key, fc.nat(), setOptions], (store, name, k, value, options) =>
    store.set(name, k, json(value), options),
  ),
  step(5, 'delete', [namespace, key, deleteOptions], (store, name, k, options) => store.delete(name, k, options)),
  step(
    4,
    'batch',
    [namespace, fc.array(batchOperation, { minLength: 1, maxLength: 5 }), batchOptions],
    (store, name, operations, options) => store.batch(name, operations, options),
  ),
  step(3, 'restore', [namespace, restoreTarget, batchOptions], (store, name, target, options) =>
    store.restore(name, target, options),
  ),
  step(2, 'set alias', [alias, alias], (store, name, target) => store.setAlias(name, target)),
  step(1, 'delete alias', [alias], (store, name) => store.deleteAlias(name)),
];

const reads = [
  step(4, 'get', [namespace, key], (store, name, k) => store.get(name, k)),
  step(2, 'get at', [namespace, key, revision], (store, name, k, atRevision) => store.get(name, k, { atRevision })),
  step(1, 'alias', [alias], (store, name) => store.getAlias(name)),
  step(1, 'aliases', [], (store) => store.listAliases()),
  step(3, 'pages', [namespace, prefix, limit, flag, fc.constant(0)], pages),
  step(2, 'pages at', [namespace, prefix, limit, flag, revision], pages),
  step(1, 'keys', [namespace, keys, flag], (store, name, ks, includeDeleted) =>
    store.find(name, { keys: ks, includeDeleted }),
  ),
  step(1, 'keys at', [namespace, keys, revision], (store, name, ks, atRevision) =>
    store.find(name, { keys: ks, atRevision }),
  ),
  step(3, 'history', [namespace, key, limit, flag], history),
  step(1, 'version', [namespace, key, limit, flag], (store, name, k, version, includeDeleted) =>
    store.versions(name, k, { version, includeDeleted }),
  ),
  step(1, 'snapshot', [namespace, limit], (store, name, maxEntries) => store.snapshot(name, { maxEntries })),
  step(1, 'snapshot at', [namespace, revision], (store, name, atRevision) => store.snapshot(name, { atRevision })),
  step(1, 'namespaces', [fc.constantFrom('', 'b', 'ü'), limit], (store, start, most) =>
    store.namespaces({ prefix: start, limit: most }),
  ),
  step(
    2,
    'search',
    [fc.constantFrom('x/', 'xy', '1', '22', '"x"'), fc.constantFrom('', 'b', 'a'), fc.constantFrom('', 'x'), limit],
    search,
  ),
  step(1, 'revision', [namespace], (store, name) => store.revision(name)),
  step(1, 'stats', [], (store) => store.stats()),
];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(...writes, ...reads, { weight: 3, arbitrary: pass }, { weight: 1, arbitrary: restart }),
  { minLength: 1, maxLength: 80, size: 'max' },
);

async function pages(
  store: LocalStore,
  name: string,
  prefix: string,
  limit: number,
  includeDeleted: boolean,
  atRevision: number,
): Promise<Page[]> {
  const found: Page[] = [];
  let cursor = '';
  do {
    const page = await store.find(name, { prefix, limit, includeDeleted, cursor, atRevision });
    found.push(page);
    cursor = page.nextCursor;
  } while (cursor !== '');
  return found;
}

async function search(
  store: LocalStore,
  text: string,
  namespacePrefix: string,
  keyPrefix: string,
  limit: number,
): Promise<unknown[]> {
  const found: unknown[] = [];
  let cursor = '';
  do {
    const { nextCursor, ...page } = await store.search({ text, namespacePrefix, keyPrefix, limit, cursor });
    found.push(page.revision, ...page.matches);
    cursor = nextCursor;
  } while (cursor !== '');
  return found;
}

async function history(
  store: LocalStore,
  name: string,
  k: string,
  limit: number,
  includeDeleted: boolean,
): Promise<Entry[]> {
  const found: Entry[] = [];
  let cursor = '';
  do {
    const page = await store.versions(name, k, { limit, includeDeleted, cursor });
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

const outcomeOf = (store: LocalStore, call: Call): Promise<unknown> => call(store).then(plain, plain);

async function logOf(store: LocalStore): Promise<unknown[]> {
  const { revision } = await store.revision();
  const stream: ChangeStream = store.watch({}, { startRevision: 0 });
  const log: unknown[] = [];
  while (log.length < revision) log.push(plain((await stream.next()).value));
  stream.close();
  return log;
}

/**
 * The memory store says what every answer must be: any sequence of calls, with restarts of the store between them, gives
 * the same answers, the same revisions and the same log.
 *
 * @param open opens a connected store: an empty one, or the one that was `closed` once more
 */
export function modelProperty(
  name: string,
  open: (options: ModelOptions, closed?: LocalStore) => Promise<Opened & { readonly store: LocalStore }>,
  { runs = 300, secrets }: ModelPropertyOptions = {},
): void {
  it(`${name} answers whatever the memory store does, also across restarts (${runs} sequences)`, {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        let nowMs = 1_700_000_000_000;
        const options: ModelOptions = { historyLimit: 3, now: () => nowMs };
        const model = new MemoryStore({ ...options, secrets });
        await model.connect();
        let opened = await open(options);
        try {
          for (const { title, call, advanceMs = 0, restart } of sequence) {
            nowMs += advanceMs;
            if (restart) {
              await opened.close();
              opened = await open(options, opened.store);
            }
            if (call) expect(await outcomeOf(opened.store, call), title).toEqual(await outcomeOf(model, call));
          }
          expect(await logOf(opened.store)).toEqual(await logOf(model));
        } finally {
          await opened.close();
          await model.close();
        }
      }),
      { numRuns: runs },
    );
  });
}
