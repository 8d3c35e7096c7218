import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConfigError, isConfigError } from '../contract/errors.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import { WrappedStore } from '../test/wrapped-store.js';
import { Value } from '../value/value.js';
import { LruCache } from './cache.js';
import type { LoadedPrefix } from './loaded-prefix.js';
import { Manager } from './manager.js';

/*
 * Random histories: this manager's reads, writes and deletes, writes and deletes of others, cuts of the watch, outages
 * (nothing is asked for, and answers under way get lost), with the store's answers and the events of the watch arriving
 * in any order that the store could cause. Whatever a read answers, also when the store cannot be asked, must have been
 * so at some time not before the last write of this manager that was answered when the read began; and in the end all
 * reads agree with the store, from memory.
 */

const keys = ['app/a', 'app/b', 'c'] as const;
type Key = (typeof keys)[number];

const step = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant('get' as const) },
    { weight: 3, arbitrary: fc.constantFrom('set' as const, 'delete' as const) },
    { weight: 4, arbitrary: fc.constantFrom('otherSet' as const, 'otherDelete' as const) },
    { weight: 2, arbitrary: fc.constantFrom('cut' as const, 'load' as const, 'load' as const, 'unload' as const) },
  ),
  key: fc.constantFrom<Key>(...keys),
  ticks: fc.nat({ max: 4 }),
  /** During the step and its ticks. */
  outage: fc.nat({ max: 12 }).map((number) => number === 12),
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
  readonly #loaded: LoadedPrefix[] = [];
  #written = 0;

  constructor(scheduler: fc.Scheduler, plain: boolean) {
    this.scheduler = scheduler;
    const pause = async (what: string): Promise<void> => {
      await scheduler.schedule(Promise.resolve(), what);
      if (what === 'answer' && this.store.down) throw this.store.down;
    };
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
        (error: unknown) => {
          if (isConfigError(error, 'not_found')) return 'absent' as const;
          return lost(error);
        },
      );
    if (read !== undefined && !this.#states(key).slice(floor).includes(read)) {
      this.faults.push(`${key}: read ${read}, floor ${floor} of ${this.#states(key).join()}`);
    }
  }

  async set(key: Key): Promise<void> {
    this.#written += 1;
    const number = this.#written;
    try {
      await this.manager.namespace('prod').set(key, number);
      this.#answered(key, this.#states(key).indexOf(number));
    } catch (error) {
      lost(error);
    }
  }

  async delete(key: Key): Promise<void> {
    const { signal } = new AbortController();
    try {
      await this.manager.namespace('prod').delete(key, { signal });
      this.#answered(key, this.#deletions.get(signal) as number);
    } catch (error) {
      if (!isConfigError(error, 'not_found')) lost(error);
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
    this.store.cut(new ConfigError('unavailable', 'cut'));
  }

  async load(): Promise<void> {
    try {
      this.#loaded.push(await this.manager.namespace('prod').load('app/'));
    } catch (error) {
      lost(error);
    }
  }

  async unload(): Promise<void> {
    this.#loaded.pop()?.close();
  }

  /** When the manager's deletions, told apart by their signals, were made. */
  readonly #deletions = new Map<AbortSignal, number>();

  /** Notes the memory store's writes, in the order that it makes them. */
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
      const entry = await remove(namespace, key, options);
      const states = this.#states(key as Key);
      states.push('absent');
      if (options?.signal) this.#deletions.set(options.signal, states.length - 1);
      return entry;
    };
  }

  #states(key: Key): (number | 'absent')[] {
    return this.history.get(key) as (number | 'absent')[];
  }

  #answered(key: Key, time: number): void {
    this.floor.set(key, Math.max(this.floor.get(key) ?? 0, time));
  }
}

/** An outage is no fault of the manager's; anything else is. */
function lost(error: unknown): undefined {
  if (!isConfigError(error, 'unavailable')) throw error;
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
        for (const { what, key, ticks, outage } of steps) {
          if (outage) run.store.down = new ConfigError('unavailable', 'down');
          work.push(run[what](key));
          for (let tick = 0; tick < ticks && scheduler.count() > 0; tick += 1) await scheduler.waitOne();
          if (ticks === 0) await sleep(0);
          run.store.down = undefined;
        }
        await scheduler.waitFor(Promise.all(work));
        for (let round = 0; ; round += 1) {
          while (scheduler.count() > 0) await scheduler.waitOne();
          const ends: boolean[] = [];
          for (const key of keys) {
            await scheduler.waitFor(run.get(key));
            const { get } = run.store.calls;
            ends.push((await scheduler.waitFor(ending(run, key))) && run.store.calls.get === get);
          }
          if (ends.every(Boolean)) break;
          if (round > 200)
            throw new Error(
              `the reads do not converge: ${ends} ${JSON.stringify(run.manager.namespace('prod').status)} ${JSON.stringify(run.store.calls)}`,
            );
          await sleep(1);
        }
        await scheduler.waitFor(run.manager.close());
        expect(run.faults).toEqual([]);
      }),
      { numRuns: 400 },
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
