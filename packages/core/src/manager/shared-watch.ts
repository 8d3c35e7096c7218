import type { Change, WatchEvent } from '../contract/change.js';
import { ConfigError, isConfigError, isTransient } from '../contract/errors.js';
import type { ChangeStream, Store } from '../contract/store.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import type { Logger } from '../util/logger.js';
import { untilAborted } from '../util/wait.js';
import type { Position } from '../watching/position.js';
import { type Begun, resumed } from '../watching/resume.js';

/** Who follows one namespace: told what concerns it, in the order of the log. */
export interface Watcher {
  readonly namespace: string;
  /** Every change from now on will be told. `isResumed`: and none was missed since the last one. */
  onBegun(isResumed: boolean): void;
  onChange(change: Change): void;
  onProgress(revision: number, logId: string): void;
  /** The watch was lost, and is opened again. */
  onLost(error: unknown, failures: number): void;
  onEnded(error: unknown): void;
}

/** A watcher's place in the watch that serves it now. */
export interface Seat {
  readonly watcher: Watcher;
  watch: SharedWatch;
  /** It was told that its watch has begun. */
  hasBegun: boolean;
  /** The last change that it was told. */
  told: number;
}

export interface SharedWatchOptions {
  readonly store: Store;
  readonly backoff: BackoffOptions;
  readonly logger: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** These cannot be served together with the others: they need a watch of their own, from there on. */
  onApart(seats: readonly Seat[], from: Position | undefined): void;
}

/**
 * One stream for several namespaces, opened again when it is lost, from the last revision that was told where the store has
 * revisions and still keeps it; else it begins anew.
 *
 * A namespace that is added later is taken in without a break: a second stream of all of them is opened from where the first
 * one is, and the first is closed once that has begun. What both tell is told once.
 */
export class SharedWatch {
  readonly #options: SharedWatchOptions;
  readonly #seats = new Set<Seat>();
  /** Those that the open stream serves, by namespace. */
  #served: ReadonlyMap<string, Seat> = new Map();
  #stream: ChangeStream | undefined;
  #successor: ChangeStream | undefined;
  #position: Position | undefined;
  #isWidening = false;
  #running: Promise<void> | undefined;

  constructor(options: SharedWatchOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#seats.size;
  }

  /** False while the stream knows that it does not hear of changes. */
  get live(): boolean {
    return this.#stream?.live !== false;
  }

  /** Whether a further namespace can be served: without revisions, the namespaces of a stream are those it began with. */
  get canWiden(): boolean {
    return this.#stream === undefined || this.#options.store.features.has('revisions');
  }

  add(seat: Seat): void {
    seat.watch = this;
    this.#seats.add(seat);
    void this.#widen();
  }

  /** Begins. Namespaces that are added in the same turn are of its first stream. */
  start(from?: Position): void {
    this.#running ??= this.#run(from);
  }

  /** Settles when it has ended, by its signal. */
  async closed(): Promise<void> {
    await this.#running;
  }

  async #run(from: Position | undefined): Promise<void> {
    const { signal } = this.#options;
    const backoff = new Backoff(this.#options.backoff, this.#options.store.arrivals);
    const open = (position: Position | undefined) => this.#events(position);
    const onLost = (error: unknown, position: Position | undefined): Position | undefined =>
      this.#onLost(error, position, backoff.failures);
    try {
      for await (const event of resumed({ ...(from && { from }), open, onLost, backoff, signal })) this.#tell(event);
      for (const { watcher } of this.#seats) watcher.onEnded(signal.reason);
    } catch (error) {
      for (const { watcher } of this.#seats) watcher.onEnded(error);
    }
  }

  /** The events of one stream and of those that took its place. */
  async *#events(position: Position | undefined): AsyncGenerator<WatchEvent | Begun, void, undefined> {
    await null;
    this.#position = position;
    this.#served = byNamespace(this.#seats);
    let stream = this.#open(this.#served, position);
    this.#stream = stream;
    try {
      await untilAborted(stream.ready, this.#options.signal);
      yield { type: 'begun', resumed: false };
      for (;;) {
        yield* stream;
        if (this.#successor === undefined) return;
        stream = this.#successor;
        this.#successor = undefined;
      }
    } finally {
      stream.close();
      this.#successor?.close();
      this.#successor = undefined;
    }
  }

  #open(seats: ReadonlyMap<string, Seat>, from: Position | undefined): ChangeStream {
    const { store, signal } = this.#options;
    const progress = store.features.has('revisions');
    const start = from && { startRevision: from.revision, logId: from.logId };
    return store.watch({ namespaces: [...seats.keys()] }, { signal, progress, resume: false, ...start });
  }

  #tell(event: WatchEvent | Begun): void {
    switch (event.type) {
      case 'begun':
        for (const seat of this.#served.values()) this.#begin(seat, event.resumed);
        break;
      case 'progress':
        this.#position = { revision: Math.max(this.#position?.revision ?? 0, event.revision), logId: event.logId };
        for (const { watcher } of this.#served.values()) watcher.onProgress(event.revision, event.logId);
        break;
      default:
        this.#tellChange(event);
    }
    void this.#widen();
  }

  #tellChange(change: Change): void {
    const { revision, entry, type } = change;
    if (type === 'alias_set' || type === 'alias_delete') {
      for (const seat of this.#served.values()) tellOnce(seat, change);
    } else {
      const seat = this.#served.get(entry.namespace);
      if (seat !== undefined) tellOnce(seat, change);
    }
    if (this.#position !== undefined && revision > this.#position.revision) {
      this.#position = { ...this.#position, revision };
    }
  }

  #begin(seat: Seat, isResumed: boolean): void {
    const goesOn = isResumed && seat.hasBegun;
    if (!goesOn) seat.told = 0;
    seat.hasBegun = true;
    seat.watcher.onBegun(goesOn);
  }

  /** Takes in the namespaces that were added since the stream was opened, as soon as it is known where it is. */
  async #widen(): Promise<void> {
    if (this.#isWidening || this.#served.size === this.#seats.size) return;
    this.#isWidening = true;
    const backoff = new Backoff(this.#options.backoff, this.#options.store.arrivals);
    try {
      while (this.#position !== undefined && (await this.#takeIn(this.#position, backoff)));
    } finally {
      this.#isWidening = false;
    }
  }

  /** Returns whether to look for more. */
  async #takeIn(position: Position, backoff: Backoff): Promise<boolean> {
    const { signal } = this.#options;
    const served = this.#served;
    const all = byNamespace(this.#seats);
    const added = [...all.values()].filter((seat) => !served.has(seat.watcher.namespace));
    if (added.length === 0 || signal.aborted) return false;
    let successor: ChangeStream | undefined;
    try {
      successor = this.#open(all, position);
      await untilAborted(successor.ready, signal);
    } catch (error) {
      successor?.close();
      // Where the stream itself is lost as well, the next one is for all.
      if (this.#served !== served || signal.aborted) return false;
      if (isTransient(error)) {
        backoff.failed();
        await backoff.wait(signal).catch(() => {});
      } else this.#leave(added, undefined);
      return true;
    }
    if (this.#served !== served || this.#position === undefined) {
      successor.close();
      return false;
    }
    for (const seat of served.values()) seat.told = Math.max(seat.told, this.#position.revision);
    this.#served = all;
    this.#successor = successor;
    this.#stream?.close();
    this.#stream = successor;
    for (const seat of added) this.#begin(seat, false);
    return true;
  }

  #leave(seats: readonly Seat[], from: Position | undefined): void {
    for (const seat of seats) this.#seats.delete(seat);
    this.#options.onApart(seats, from);
  }

  /** Returns where to go on. Rights may be given back; whatever else is final ends it. */
  #onLost(error: unknown, position: Position | undefined, failures: number): Position | undefined {
    const { logger } = this.#options;
    const seats = [...this.#seats];
    this.#served = new Map();
    this.#position = undefined;
    // `unsupported`: the server after a restart is an older one, which cannot resume.
    const cannotResume = isConfigError(error, 'unsupported') && position !== undefined;
    const isAnew = cannotResume || isConfigError(error, 'revision_compacted');
    const mayPass = isAnew || isTransient(error);
    if (!mayPass && seats.length > 1 && !concernsAll(error)) {
      logger.info({ err: error, namespaces: seats.length }, 'the store does not watch all of the namespaces together');
      const split = new ConfigError('unavailable', 'the watch is split: the store refuses it for some namespaces');
      for (const { watcher } of seats) watcher.onLost(split, failures);
      const half = seats.length >> 1;
      this.#leave(seats.slice(0, half), position);
      this.#leave(seats.slice(half), position);
      throw error;
    }
    if (!mayPass && !isConfigError(error, 'permission_denied', 'unauthenticated')) throw error;
    const namespaces = seats.map(({ watcher }) => watcher.namespace);
    logger.warn({ err: error, namespaces, failures }, 'watch lost; opening it again');
    for (const { watcher } of seats) watcher.onLost(error, failures);
    return isAnew ? undefined : position;
  }
}

const byNamespace = (seats: Iterable<Seat>): ReadonlyMap<string, Seat> =>
  new Map([...seats].map((seat) => [seat.watcher.namespace, seat]));

function tellOnce(seat: Seat, change: Change): void {
  const { revision } = change;
  if (revision > 0 && revision <= seat.told) return;
  seat.told = revision;
  seat.watcher.onChange(change);
}

/** Whether each of several namespaces would be refused alike. */
const concernsAll = (error: unknown): boolean =>
  isConfigError(error, 'closed', 'unauthenticated', 'watch_not_supported', 'unsupported');
