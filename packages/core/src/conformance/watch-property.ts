import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Aliasing, can, type Revisioned } from '../contract/capabilities.js';
import type { Change } from '../contract/change.js';
import { ChangeFilter, type WatchFilter } from '../contract/filter.js';
import type { ChangeStream, Store } from '../contract/store.js';
import { json, type Opened, wordOf } from './context.js';

export interface WatchPropertyOptions {
  /** How many sequences. Default 500. */
  readonly runs?: number;
  /** Opens the store again after `close()`, with what it held. Absent: the sequences have no restarts. */
  readonly reopen?: (closed: Opened) => Promise<Opened>;
}

type Step =
  | { do: 'set' | 'delete'; namespace: string; key: string }
  | { do: 'alias' | 'unalias'; alias: string }
  | { do: 'join'; watcher: number; filter: WatchFilter }
  | { do: 'read'; watcher: number; count: number }
  | { do: 'leave' | 'resume'; watcher: number }
  | { do: 'restart' };

const namespace = fc.constantFrom('a', 'b', 'c');
const key = fc.constantFrom('x', 'x/y', 'x/z', 'y');
const watcher = fc.nat({ max: 3 });
const filter: fc.Arbitrary<WatchFilter> = fc.record({
  namespaces: fc.uniqueArray(namespace, { maxLength: 2 }),
  prefixes: fc.uniqueArray(fc.constantFrom('x', 'x/', 'y', 'nothing'), { maxLength: 2 }),
});

const steps = (restarts: boolean): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('set' as const), namespace, key }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), namespace, key }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constantFrom('alias', 'unalias'), alias: fc.constantFrom('p', 'q') }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), watcher, filter }) },
      { weight: 5, arbitrary: fc.record({ do: fc.constant('read' as const), watcher, count: fc.nat({ max: 5 }) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('leave', 'resume'), watcher }) },
      ...(restarts ? [{ weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) }] : []),
    ) as fc.Arbitrary<Step>,
    { minLength: 1, maxLength: 60 },
  );

/** A watcher with what it has seen, and from where on it must have seen everything. */
interface Observer {
  filter: WatchFilter;
  since: number;
  seen: Change[];
  stream: ChangeStream | undefined;
}

/**
 * Any sequence of writes, deletes, aliases and restarts, with watchers joining, leaving and resuming anywhere, gives
 * every watcher each matching change exactly once, in the order of the revisions.
 */
export function watchProperty(name: string, open: () => Promise<Opened>, options: WatchPropertyOptions = {}): void {
  const { runs = 500, reopen } = options;
  it(`${name}: every watcher gets each matching change once, in order (${runs} sequences)`, {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(steps(reopen !== undefined), async (sequence) => {
        let opened = await open();
        try {
          const run = new Run(opened.store);
          for (const step of sequence) {
            if (step.do !== 'restart') await run.step(step);
            else if (reopen !== undefined) {
              run.stop();
              await opened.close();
              opened = await reopen(opened);
              run.store = opened.store as Run['store'];
            }
          }
          await run.finish();
        } finally {
          await opened.close();
        }
      }),
      { numRuns: runs },
    );
  });
}

class Run {
  store: Store & Revisioned & Aliasing;
  #written: Change[] = [];
  #observers = new Map<number, Observer>();
  #logId: string | undefined;

  constructor(store: Store) {
    if (!can(store, 'revisions') || !can(store, 'aliases')) expect.fail('the store has no revisions or no aliases');
    this.store = store as Run['store'];
  }

  async step(step: Exclude<Step, { do: 'restart' }>): Promise<void> {
    const { store } = this;
    switch (step.do) {
      case 'set':
        await store.set(step.namespace, step.key, json(this.#written.length));
        return this.#record();
      case 'delete':
        return this.#ifDone(store.delete(step.namespace, step.key));
      case 'alias':
        return this.#ifDone(store.setAlias(step.alias, 'target'));
      case 'unalias':
        return this.#ifDone(store.deleteAlias(step.alias));
      case 'join': {
        this.#observers.get(step.watcher)?.stream?.close();
        const { revision } = await store.revision();
        const stream = store.watch(step.filter);
        this.#observers.set(step.watcher, { filter: step.filter, since: revision, seen: [], stream });
        return stream.ready;
      }
      case 'read': {
        const observer = this.#observers.get(step.watcher);
        if (observer?.stream) await this.#read(observer, step.count);
        return;
      }
      case 'leave': {
        const observer = this.#observers.get(step.watcher);
        observer?.stream?.close();
        if (observer) observer.stream = undefined;
        return;
      }
      case 'resume': {
        const observer = this.#observers.get(step.watcher);
        if (observer && observer.stream === undefined) await this.#resume(observer);
      }
    }
  }

  /** The store goes away: nobody is watching any more. */
  stop(): void {
    for (const observer of this.#observers.values()) {
      observer.stream?.close();
      observer.stream = undefined;
    }
  }

  async finish(): Promise<void> {
    for (const observer of this.#observers.values()) {
      if (observer.stream === undefined) await this.#resume(observer);
      await this.#read(observer, Number.POSITIVE_INFINITY);
      observer.stream?.close();
      expect(observer.seen.map(lineOf)).toEqual(this.#expected(observer).map(lineOf));
    }
  }

  async #resume(observer: Observer): Promise<void> {
    const startRevision = observer.seen.at(-1)?.revision ?? observer.since;
    observer.stream = this.store.watch(observer.filter, { startRevision, logId: this.#logId });
    await observer.stream.ready;
  }

  /** Reads as many as there must be, up to `count`. */
  async #read(observer: Observer, count: number): Promise<void> {
    const target = Math.min(this.#expected(observer).length, observer.seen.length + count);
    while (observer.seen.length < target) {
      const result = await observer.stream?.next();
      if (result === undefined || result.done) expect.fail('the watch ended by itself');
      if (result.value.type !== 'progress') observer.seen.push(result.value);
    }
  }

  #expected(observer: Observer): Change[] {
    const checked = new ChangeFilter(observer.filter);
    return this.#written.filter((change) => change.revision > observer.since && checked.matches(change));
  }

  async #ifDone(write: Promise<unknown>): Promise<void> {
    const done = await write.then(
      () => true,
      () => false,
    );
    if (done) await this.#record();
  }

  /** Records the last write, read back by itself. */
  async #record(): Promise<void> {
    const { revision, logId } = await this.store.revision();
    this.#logId ??= logId;
    expect(logId).toBe(this.#logId);
    const stream = this.store.watch({}, { startRevision: revision - 1 });
    const result = await stream.next();
    stream.close();
    if (result.done || result.value.type === 'progress') return expect.fail('a write left no change');
    this.#written.push(result.value);
    expect(result.value.revision).toBe(this.#written.length);
  }
}

const lineOf = (change: Change): string => `${change.revision} ${wordOf(change)}`;
