import { ConfigError, isConfigError, isTransient } from '../contract/errors.js';
import type { LoadedPrefix } from '../manager/loaded-prefix.js';
import type { Stored } from '../references/homes.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import type { Logger } from '../util/logger.js';
import type { Value } from '../value/value.js';
import type { Snapshot, Source } from './live-state.js';

/** Values, and where they are from. */
export interface Remembered {
  readonly values: ReadonlyMap<string, Value>;
  readonly source: Source;
}

/** One namespace, as a live reference reads it. */
export interface Layer extends Stored {
  load(prefix: string, options: { readonly signal: AbortSignal }): Promise<LoadedPrefix>;
  /** The states of the keys below the prefix that an earlier process left, and their source. */
  remembered(prefix: string): Remembered;
  /** How it is served, and why it is not live. */
  readonly status: { readonly error?: ConfigError | undefined } | undefined;
}

export interface FeedOptions {
  /** The first that has a key wins. */
  readonly layers: readonly Layer[];
  readonly prefix: string;
  readonly backoff: BackoffOptions;
  readonly logger: Logger;
  /** After this time without the store, what is remembered is taken. */
  readonly waitMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Settles when it is taken. */
  take(snapshot: Snapshot): Promise<void>;
  /** Whether there is a valid value, and else what is wrong. */
  outcome(): { readonly error: ConfigError | undefined } | undefined;
}

/** Loads the keys below a prefix from all layers, and tells what they are whenever a write has changed any. */
export class Feed {
  readonly ready: Promise<void>;
  readonly #options: FeedOptions;
  readonly #controller = new AbortController();
  readonly #loaded: (LoadedPrefix | undefined)[];
  #error: ConfigError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isReady: () => void = () => {};
  #failed: (error: unknown) => void = () => {};

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#loaded = options.layers.map(() => undefined);
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#failed = reject;
    });
    this.ready.catch(() => {});
    const { signal } = options;
    const end = (): void => this.close();
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    this.signal.addEventListener('abort', () => signal.removeEventListener('abort', end), { once: true });
    options.layers.forEach((layer, i) => {
      void this.#follow(layer, i);
    });
    if (options.waitMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => void this.#makeDo(), options.waitMs);
  }

  /** Fires when it is closed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether all layers are loaded and heard of. */
  get isLive(): boolean {
    return this.#loaded.every((loaded) => loaded?.isLive);
  }

  /** Why it is not loaded. */
  get error(): ConfigError | undefined {
    return this.#error ?? this.#options.layers.find(({ status }) => status?.error)?.status?.error;
  }

  close(): void {
    if (this.signal.aborted) return;
    const closed = new ConfigError('closed', 'the live reference is closed');
    this.#controller.abort(closed);
    clearTimeout(this.#timer);
    this.#failed(closed);
    for (const loaded of this.#loaded) loaded?.close();
  }

  async #follow(layer: Layer, i: number): Promise<void> {
    const loaded = await this.#load(layer);
    if (loaded === undefined) return;
    if (this.signal.aborted) {
      loaded.close();
      return;
    }
    const changes = loaded.changes();
    this.#loaded[i] = loaded;
    await this.#tell();
    for await (const _ of changes) await this.#tell();
  }

  async #load(layer: Layer): Promise<LoadedPrefix | undefined> {
    const { prefix, logger } = this.#options;
    const backoff = new Backoff(this.#options.backoff);
    while (!this.signal.aborted) {
      try {
        return await layer.load(prefix, { signal: this.signal });
      } catch (error) {
        if (this.signal.aborted) return undefined;
        this.#error = isConfigError(error) ? error : new ConfigError('internal', String(error), { cause: error });
        logger.warn({ err: error, prefix }, 'cannot load the keys of a live reference; trying again');
        if (!isTransient(error)) this.#failed(error);
        backoff.failed();
        await backoff.wait(this.signal).catch(() => {});
      }
    }
    return undefined;
  }

  /** Tells what there is once more: something else that it depends on may be another. */
  again(): void {
    void this.#tell();
  }

  async #tell(): Promise<void> {
    const loaded = this.#loaded.filter((each) => each !== undefined);
    if (loaded.length < this.#loaded.length || this.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#error = undefined;
    await this.#take({ values: merged(loaded.map((each) => each.entries())), source: 'server' });
  }

  /** Takes what is remembered, layer by layer where the store has not answered. */
  async #makeDo(): Promise<void> {
    const { layers, prefix } = this.#options;
    const remembered = layers.map((layer) => layer.remembered(prefix));
    const sources = new Set(remembered.filter(({ values }) => values.size > 0).map(({ source }) => source));
    const source = (['cache', 'bootstrap'] as const).find((each) => sources.has(each)) ?? 'defaults';
    await this.#take({
      values: merged(remembered.map(({ values }, i) => this.#loaded[i]?.entries() ?? values)),
      source,
    });
  }

  async #take(snapshot: Snapshot): Promise<void> {
    await this.#options.take(snapshot);
    const outcome = this.#options.outcome();
    if (outcome === undefined) this.#isReady();
    // The memory may be incomplete: the store may have more. Without an error, a newer state is on its way.
    else if (snapshot.source === 'server' && outcome.error !== undefined) this.#failed(outcome.error);
  }
}

/** All keys, each with the value of the first layer that has it. */
function merged(layers: readonly Iterable<readonly [key: string, value: Value]>[]): Map<string, Value> {
  const all = new Map<string, Value>();
  for (const layer of layers) for (const [key, value] of layer) if (!all.has(key)) all.set(key, value);
  return all;
}
