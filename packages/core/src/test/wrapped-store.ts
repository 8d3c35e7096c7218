import type { Capability } from '../contract/capability.js';
import { Change, type WatchEvent } from '../contract/change.js';
import { type Alias, type EncodedValue, Entry } from '../contract/entry.js';
import type { WatchFilter } from '../contract/filter.js';
import type {
  CallOptions,
  ChangeStream,
  DeleteOptions,
  Page,
  Query,
  SetOptions,
  Store,
  WatchOptions,
} from '../contract/store.js';
import type { MemoryStore } from '../memory-store/memory-store.js';

export interface WrappedStoreOptions {
  /** As a store without revisions shows itself: no features, no revisions anywhere. */
  readonly plain?: boolean;
  /** Awaited before the inner store is asked, and again before its answer is given; may throw. */
  readonly pause?: (what: 'ask' | 'answer' | 'event') => Promise<void>;
}

/** A memory store whose answers can be held up, made to fail, and whose watches can be cut. Counts the calls. */
export class WrappedStore implements Store {
  readonly inner: MemoryStore;
  readonly features: ReadonlySet<Capability>;
  readonly calls = { get: 0, set: 0, delete: 0, find: 0, watch: 0, listAliases: 0 };
  /** While set, every call and every watch fails with it. */
  down: Error | undefined;
  /** While set, the watches say that they do not hear of changes. */
  deaf = false;
  readonly #plain: boolean;
  readonly #pause: (what: 'ask' | 'answer' | 'event') => Promise<void>;
  readonly #streams = new Set<CutStream>();

  constructor(inner: MemoryStore, { plain = false, pause = async () => {} }: WrappedStoreOptions = {}) {
    this.inner = inner;
    this.#plain = plain;
    this.#pause = pause;
    const wrapped: readonly Capability[] = ['cas', 'ttl', 'requests', 'tombstones', 'authors', 'aliases'];
    this.features = new Set(plain ? ['aliases'] : ['revisions', ...wrapped]);
  }

  /** How many watches are open. */
  get watches(): number {
    return this.#streams.size;
  }

  /** Ends all open watches with `error`. */
  cut(error: Error): void {
    for (const stream of this.#streams) stream.cut(error);
  }

  connect(): Promise<void> {
    return this.inner.connect();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async get(namespace: string, key: string, options?: CallOptions): Promise<Entry> {
    return this.#hide(await this.#call('get', () => this.inner.get(namespace, key, options)));
  }

  async set(namespace: string, key: string, value: EncodedValue, options?: SetOptions): Promise<Entry> {
    return this.#hide(await this.#call('set', () => this.inner.set(namespace, key, value, options)));
  }

  delete(namespace: string, key: string, options?: DeleteOptions): Promise<Entry | undefined> {
    return this.#call('delete', () => this.inner.delete(namespace, key, options));
  }

  async find(namespace: string, query?: Query, options?: CallOptions): Promise<Page> {
    const page = await this.#call('find', () => this.inner.find(namespace, query, options));
    const entries = page.entries.map((entry) => this.#hide(entry));
    return this.#plain ? { entries, nextCursor: page.nextCursor } : { ...page, entries };
  }

  async setAlias(alias: string, target: string, options?: CallOptions): Promise<Alias> {
    return this.inner.setAlias(alias, target, options);
  }

  async deleteAlias(alias: string, options?: CallOptions): Promise<void> {
    return this.inner.deleteAlias(alias, options);
  }

  async getAlias(alias: string, options?: CallOptions): Promise<Alias> {
    return this.inner.getAlias(alias, options);
  }

  async listAliases(options?: CallOptions): Promise<readonly Alias[]> {
    return this.#call('listAliases', () => this.inner.listAliases(options));
  }

  watch(filter?: WatchFilter, options: WatchOptions = {}): ChangeStream {
    this.calls.watch += 1;
    const stream = new CutStream(
      this.inner.watch(filter, this.#plain ? { signal: options.signal } : options),
      () => this.#pause('event'),
      (event) => (event.type === 'progress' ? event : this.#hideChange(event)),
      () => this.#streams.delete(stream),
      () => !this.deaf,
    );
    this.#streams.add(stream);
    options.signal?.addEventListener('abort', () => this.#streams.delete(stream), { once: true });
    if (this.down) stream.cut(this.down);
    return stream;
  }

  async #call<T>(name: keyof WrappedStore['calls'], work: () => Promise<T>): Promise<T> {
    this.calls[name] += 1;
    if (this.down) throw this.down;
    await this.#pause('ask');
    let answer: () => T;
    try {
      const result = await work();
      answer = () => result;
    } catch (error) {
      answer = () => {
        throw error;
      };
    }
    await this.#pause('answer');
    return answer();
  }

  #hide(entry: Entry): Entry {
    return this.#plain ? new Entry({ ...entry, bytes: entry.bytes, revision: 0 }) : entry;
  }

  #hideChange(change: Change): Change {
    return this.#plain ? new Change(change.type, this.#hide(change.entry), 0) : change;
  }
}

class CutStream implements ChangeStream {
  readonly ready: Promise<void>;
  readonly #inner: ChangeStream;
  readonly #pause: () => Promise<void>;
  readonly #show: (event: WatchEvent) => WatchEvent;
  readonly #onClose: () => void;
  readonly #isLive: () => boolean;
  #error: Error | undefined;

  constructor(
    inner: ChangeStream,
    pause: () => Promise<void>,
    show: (event: WatchEvent) => WatchEvent,
    onClose: () => void,
    isLive: () => boolean,
  ) {
    this.#inner = inner;
    this.#pause = pause;
    this.#show = show;
    this.#onClose = onClose;
    this.#isLive = isLive;
    this.ready = inner.ready.then(() => {
      if (this.#error) throw this.#error;
    });
    this.ready.catch(() => {});
  }

  get live(): boolean {
    return this.#isLive();
  }

  cut(error: Error): void {
    this.#error = error;
    this.#inner.close();
  }

  async next(): Promise<IteratorResult<WatchEvent, void>> {
    const result = await this.#inner.next();
    if (!result.done) await this.#pause();
    if (this.#error) throw this.#error;
    return result.done ? result : { done: false, value: this.#show(result.value) };
  }

  close(): void {
    this.#inner.close();
    this.#onClose();
  }

  async return(): Promise<IteratorResult<WatchEvent, void>> {
    this.close();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
