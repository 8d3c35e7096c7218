import {
  type CallOptions,
  type ChangeStream,
  type DeleteOptions,
  type EncodedValue,
  type Entry,
  type Capability,
  MemoryStore,
  type Page,
  type Query,
  type SetOptions,
  type Store,
  type WatchFilter,
} from '@cfg/core';

/** A store of someone else's: what the contract asks for and no capability. Tests add some. */
export class PlainStore implements Store {
  readonly features: ReadonlySet<Capability> = new Set();
  readonly memory: MemoryStore = new MemoryStore();

  static async connected(): Promise<PlainStore> {
    const store = new PlainStore();
    await store.connect();
    return store;
  }

  connect(): Promise<void> {
    return this.memory.connect();
  }

  close(): Promise<void> {
    return this.memory.close();
  }

  get(namespace: string, key: string, options?: CallOptions): Promise<Entry> {
    return this.memory.get(namespace, key, options);
  }

  set(namespace: string, key: string, value: EncodedValue, options?: SetOptions): Promise<Entry> {
    return this.memory.set(namespace, key, value, options);
  }

  delete(namespace: string, key: string, options?: DeleteOptions): Promise<void> {
    return this.memory.delete(namespace, key, options);
  }

  async find(namespace: string, query?: Query, options?: CallOptions): Promise<Page> {
    const { entries, nextCursor } = await this.memory.find(namespace, query, options);
    return { entries, nextCursor };
  }

  watch(filter?: WatchFilter, options?: CallOptions): ChangeStream {
    return this.memory.watch(filter, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
