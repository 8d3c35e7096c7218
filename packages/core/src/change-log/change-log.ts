import type { Change } from '../contract/change.js';
import { ConfigError, revisionCompacted } from '../contract/errors.js';
import { ChangeFilter, type WatchFilter } from '../contract/filter.js';
import type { LogState } from '../contract/measured.js';
import type { ChangeStream, WatchOptions } from '../contract/store.js';
import { maxInt32, wholeNumber } from '../util/whole-number.js';
import { type CursorSource, LogCursor } from './log-cursor.js';
import { Pages, type ReadChanges } from './pages.js';
import { Ring } from './ring.js';
import { WatchIndex } from './watch-index.js';

export interface ChangeLogOptions {
  /** The log's random name. */
  readonly logId: string;
  /** The newest revision when the log is opened. Default 0. */
  readonly revision?: number | undefined;
  /** A resume from this revision or a later one succeeds. Default 0. */
  readonly oldestRevision?: number | undefined;
  /** Reads from the store's own log, for watchers that fell behind the ring. Without it they are overrun. */
  readonly read?: ReadChanges | undefined;
  /** Maximum number of changes in the ring. Default 4,096; 1 to 2³¹ − 1. */
  readonly capacity?: number | undefined;
  /** Roughly how many bytes the ring may hold, and the pages read behind it twice that. Default 32 MiB; 1 or more. */
  readonly maxBytes?: number | undefined;
  /**
   * How often a watcher that asked for progress is told of changes that did not match, in milliseconds. Default 5,000; 1
   * to 2³¹ − 1.
   */
  readonly progressIntervalMs?: number | undefined;
}

/**
 * The order of all changes, as watchers read it. The newest stay in a shared ring in memory; a watcher is a cursor into
 * the ring, or, fallen behind it, into the store's own log. A store appends what it has committed, in order.
 */
export class ChangeLog {
  readonly logId: string;
  #oldest: number;
  #ring: Ring;
  #pages: Pages | undefined;
  #index = new WatchIndex<LogCursor>();
  #progressIntervalMs: number;
  #progressTimer: NodeJS.Timeout | undefined;
  #closed: unknown;
  #source: CursorSource;

  constructor(options: ChangeLogOptions) {
    const maxBytes = wholeNumber('maxBytes', options.maxBytes ?? 32 * 1024 * 1024, 1);
    const capacity = wholeNumber('capacity', options.capacity ?? 4_096, 1, maxInt32);
    const revision = wholeNumber('revision', options.revision ?? 0);
    this.logId = options.logId;
    this.#oldest = wholeNumber('oldestRevision', options.oldestRevision ?? 0);
    this.#ring = new Ring(revision, capacity, maxBytes);
    this.#pages = options.read && new Pages(options.read, 2 * maxBytes);
    this.#progressIntervalMs = wholeNumber('progressIntervalMs', options.progressIntervalMs ?? 5_000, 1, maxInt32);
    const ring = this.#ring;
    const pages = this.#pages;
    this.#source = {
      get revision() {
        return ring.newest;
      },
      logId: options.logId,
      at: (revision) => ring.at(revision) ?? pages?.at(revision),
      load: (revision) => this.#load(revision),
      forget: (cursor) => this.#forget(cursor),
    };
  }

  /** The newest revision. */
  get revision(): number {
    return this.#ring.newest;
  }

  get oldestRevision(): number {
    return this.#oldest;
  }

  /** How many watches are open. */
  get watchers(): number {
    return this.#index.watchers.size;
  }

  /** The part of the log that is in memory. */
  state(): LogState {
    const { length, weight } = this.#ring;
    const pageBytes = this.#pages?.weight ?? 0;
    return { ringChanges: length, ringBytes: weight, pageBytes, watchers: this.watchers };
  }

  /** Takes changes that are committed; their revisions follow on {@link revision} without a hole. Wakes who waits. */
  append(changes: readonly Change[]): void {
    for (const change of changes) this.#ring.push(change);
    if (this.#index.watchers.size === 0) return;
    for (const change of changes) this.#index.forEach(change, (cursor) => cursor.wake(change.revision));
  }

  /**
   * Skips the ring ahead to `revision`, after others have written more than is worth copying. Watchers read that from the
   * store's own log; call `append` again from `revision + 1` on.
   */
  skipTo(revision: number): void {
    const next = this.revision + 1;
    if (revision < next) return;
    this.#ring.restart(revision);
    for (const cursor of this.#index.watchers) cursor.wake(next);
  }

  /** The store dropped its log up to `oldestRevision`: a resume from before it fails from now on. */
  compactedTo(oldestRevision: number): void {
    this.#oldest = Math.max(this.#oldest, oldestRevision);
  }

  /**
   * Opens a watch. With `opening` it begins where the log is once that has resolved: for a store that first has to ask how
   * far others have written.
   */
  watch(filter: WatchFilter = {}, options: WatchOptions = {}, opening?: Promise<void>): ChangeStream {
    const { progress = false, signal } = options;
    let fault = this.#closed;
    let checked = everything;
    let position: number | Promise<number> = 0;
    try {
      checked = new ChangeFilter(filter);
      position = opening === undefined ? this.#start(options) : opening.then(() => this.#start(options));
    } catch (error) {
      fault ??= error;
    }
    const cursor = new LogCursor(this.#source, { filter: checked, position, progress, signal, fault });
    if (fault === undefined && !signal?.aborted) {
      this.#index.add(cursor);
      if (progress) this.#startProgress();
    }
    return cursor;
  }

  /** Ends every watch, also those to come, with `error`. */
  close(error: unknown = new ConfigError('closed', 'the store is closed')): void {
    this.#closed ??= error;
    for (const cursor of this.#index.watchers) cursor.fail(this.#closed);
    this.#pages?.clear();
  }

  /** The revision after which a watch begins. Throws `revision_compacted` where the log cannot begin there. */
  #start({ startRevision, logId }: WatchOptions): number {
    if (startRevision === undefined) return this.revision;
    wholeNumber('startRevision', startRevision);
    if (logId !== undefined && logId !== '' && logId !== this.logId) {
      throw revisionCompacted(`revision ${startRevision} is of another log`, this.#oldest);
    }
    if (startRevision > this.revision) {
      throw revisionCompacted(`revision ${startRevision} is not reached: the log is at ${this.revision}`, this.#oldest);
    }
    if (startRevision < this.#oldest) throw this.#compacted(startRevision);
    return startRevision;
  }

  async #load(revision: number): Promise<Change> {
    const gone = revision <= this.#oldest;
    const change = gone ? undefined : await this.#pages?.load(revision);
    // It was compacted meanwhile, or there is no log behind the ring.
    if (change === undefined) throw this.#compacted(revision - 1);
    return change;
  }

  #compacted(revision: number): ConfigError {
    const oldest = this.#pages === undefined ? this.#ring.oldest - 1 : this.#oldest;
    return revisionCompacted(`revision ${revision} is compacted: the log goes back to ${oldest}`, oldest);
  }

  #forget(cursor: LogCursor): void {
    this.#index.delete(cursor);
    if (this.#index.watchers.size > 0 || this.#progressTimer === undefined) return;
    clearInterval(this.#progressTimer);
    this.#progressTimer = undefined;
  }

  #startProgress(): void {
    if (this.#progressTimer !== undefined) return;
    const tell = (): void => {
      for (const cursor of this.#index.watchers) cursor.progress();
    };
    this.#progressTimer = setInterval(tell, this.#progressIntervalMs).unref();
  }
}

const everything = new ChangeFilter();
