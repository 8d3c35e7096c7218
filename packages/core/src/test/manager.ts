import { expect, onTestFinished, vi } from 'vitest';
import { ConfigError } from '../contract/errors.js';
import { Manager } from '../manager/manager.js';
import type { Namespace } from '../manager/namespace.js';
import type { ManagerOptions, ManagerWatchOptions } from '../manager/options.js';
import { MemoryStore } from '../memory-store/memory-store.js';
import { WrappedStore, type WrappedStoreOptions } from './wrapped-store.js';

export const quick: ManagerWatchOptions = { initialBackoffMs: 1, maxBackoffMs: 4 };

export const away = (): ConfigError => new ConfigError('unavailable', 'the store is away');

export function closeAtEnd(manager: Manager): void {
  onTestFinished(() => manager.close());
}

/** A connected manager over a store that can be disturbed, and one of its namespaces; closed after the test. */
export async function setUp(options: Partial<ManagerOptions> & WrappedStoreOptions = {}): Promise<{
  store: WrappedStore;
  manager: Manager;
  config: Namespace;
}> {
  const { plain, pause, ...own } = options;
  const wrapped = { ...(plain !== undefined && { plain }), ...(pause && { pause }) };
  const store = options.store instanceof WrappedStore ? options.store : new WrappedStore(new MemoryStore(), wrapped);
  const manager = new Manager({ watch: quick, ...own, store });
  closeAtEnd(manager);
  await manager.connect();
  return { store, manager, config: manager.namespace('prod') };
}

/** Reads until answers come from memory. */
export async function settled(store: WrappedStore, config: Namespace, key: string): Promise<void> {
  await vi.waitFor(async () => {
    const before = store.calls.get;
    await config.get(key).catch(() => {});
    expect(store.calls.get).toBe(before);
  });
}

/** The code that the promise fails with; `none` if it does not. */
export const code = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => 'none',
    (error: ConfigError) => error.code,
  );
