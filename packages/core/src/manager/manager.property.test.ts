import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LruCache } from '../cache.js';
import { type ConfigError, ConfigError as Fault, isConfigError } from '../errors.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import { WrappedStore } from '../test/wrapped-store.js';
import { Value } from '../value.js';
import { Manager } from './manager.js';

/*
 * Random histories: this manager's reads, writes and deletes, writes and deletes of others, cuts of the watch, with the
 * store's answers and the events of the watch arriving in any order that the store could cause. Whatever a read answers
 * must have been so at some time not before the last write of this manager that was answered when the read began; and
 * in the end all reads agree with the store.
 */

const keys = ['app/a', 'app/b', 'c'] as const;
type Key = (typeof keys)[number];

const step = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant('get' as const) },
    { weight: 3, arbitrary: fc.constantFrom('set' as const, 'delete' as const) },
    { weight: 4, arbitrary: fc.constantFrom('otherSet' as const, 'otherDelete' as const) },
    { weight: 1, arbitrary: fc.constantFrom('cut' as const, 'load' as const) },
  ),
  key: fc.constantFrom<Key>(...keys),
  ticks: fc.nat({ max: 4 }),
});

class Run {
  readonly memory = new MemoryStore({ logLimit: 12 });
  readonly store: WrappedStore;
  readonly manager: Manager;
  readonly scheduler: fc.Scheduler;
  /** The states of each key in order: what was written, or that it was deleted. The index is the time. */
  readonly history = new Map<Key, (number | 'absent')[]>(keys.map((key) => [key, ['absent']]));
  /** The time of the last own write that was answered. */
  readonly floor = new Map<Key, number>(keys.map((key) => [key, 0]));
  readonly faults: string[] = [];
  #written = 0;

  constructor(scheduler: fc.Scheduler, plain: boolean) {
    this.scheduler = scheduler;
    const pause = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), what);
    this.store = new WrappedStore(this.memory, { plain, pause });
    const cache = new LruCache({ maxEntries: 2 });
    this.manager = new Manager({ store: this.store, cache, watch: { initialBackoffMs: 0.01, maxBackoffMs: 0.02 } });
  }

  /** Reads, and checks what is read against what may be read. */
  async get(key: Key): Promise<void> {
    const floor = this.floor.get(key) ?? 0;
    const read = await this.manager
      .namespace('prod')
      .get(key)
      .then(
        (value) => value.int(),
        (error: ConfigError) => (error.code === 'not_found' ? ('absent' as const) : error),
      );
    if (typeof read === 'object') this.faults.push(`${key}: ${read.message}`);
    else if (!this.#states(key).slice(floor).includes(read)) {
      this.faults.push(`${key}: read ${read}, floor ${floor} of ${this.#states(key).join()}`);
    }
  }

  async set(key: Key): Promise<void> {
    this.#written += 1;
    const number = this.#written;
    await this.manager.namespace('prod').set(key, number);
    this.#answered(key, number);
  }

  async delete(key: Key): Promise<void> {
    try {
      await this.manager.namespace('prod').delete(key);
      // Which deletion was ours is not known here; that the key was absent since the last floor is.
      const states = this.#states(key);
      this.floor.set(key, Math.max(this.floor.get(key) ?? 0, this.#deletions.get(key)?.shift() ?? states.length - 1));
    } catch (error) {
      if (!isConfigError(error, 'not_found')) throw error;
    }
  }

  async otherSet(key: Key): Promise<void> {
    this.#written += 1;
    await this.memory.set('prod', key, Value.of(this.#written));
  }

  async otherDelete(key: Key): Promise<void> {
    await this.memory.delete('prod', key).catch(() => {});
  }

  async cut(): Promise<void> {
    this.store.cut(new Fault('unavailable', 'cut'));
  }

  async load(): Promise<void> {
    await this.manager.namespace('prod').load('app/');
  }

  /** The memory store's writes, in the order that it makes them. */
  readonly #deletions = new Map<Key, number[]>();

  record(): void {
    const { memory } = this;
    const set = memory.set.bind(memory);
    const remove = memory.delete.bind(memory);
    memory.set = async (namespace, key, value, options) => {
      const entry = await set(namespace, key, value, options);
      this.#states(key as Key).push(Value.fromEntry(entry).int());
      return entry;
    };
    memory.delete = async (namespace, key, options) => {
      await remove(namespace, key, options);
      const states = this.#states(key as Key);
      states.push('absent');
      // Only the manager passes options.
      if (options === undefined) return;
      this.#deletions.set(key as Key, [...(this.#deletions.get(key as Key) ?? []), states.length - 1]);
    };
  }

  #states(key: Key): (number | 'absent')[] {
    return this.history.get(key) as (number | 'absent')[];
  }

  #answered(key: Key, number: number): void {
    this.floor.set(key, Math.max(this.floor.get(key) ?? 0, this.#states(key).indexOf(number)));
  }
}

it.each([{ plain: false }, { plain: true }])(
  'never reads what is older than its own writes, and ends up with what the store has (plain: $plain)',
  async ({ plain }) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 5, maxLength: 60 }), async (scheduler, steps) => {
        const run = new Run(scheduler, plain);
        run.record();
        await scheduler.waitFor(run.manager.connect());
        const work: Promise<void>[] = [];
        for (const { what, key, ticks } of steps) {
          work.push(run[what](key));
          for (let tick = 0; tick < ticks && scheduler.count() > 0; tick += 1) await scheduler.waitOne();
          if (ticks === 0) await sleep(0);
        }
        await scheduler.waitFor(Promise.all(work));
        for (let round = 0; ; round += 1) {
          while (scheduler.count() > 0) await scheduler.waitOne();
          const { get } = run.store.calls;
          await scheduler.waitFor(Promise.all(keys.map((key) => run.get(key))));
          // Two of three keys fit the cache, so a third at most is read from the store.
          const ends = await Promise.all(keys.map((key) => scheduler.waitFor(ending(run, key))));
          if (ends.every(Boolean) && run.store.calls.get - get <= 6) break;
          if (round > 200) throw new Error('the reads do not converge');
          await sleep(1);
        }
        await scheduler.waitFor(run.manager.close());
        expect(run.faults).toEqual([]);
      }),
      { numRuns: 150 },
    );
  },
  60_000,
);

/** Whether a read answers what the store has at the end. */
async function ending(run: Run, key: Key): Promise<boolean> {
  const read = await run.manager
    .namespace('prod')
    .get(key)
    .then(
      (value) => value.int(),
      () => 'absent' as const,
    );
  return read === run.history.get(key)?.at(-1);
}
