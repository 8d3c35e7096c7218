import { ChangeLog } from '../change-log/change-log.js';
import { failedWatch } from '../change-log/failed-watch.js';
import type { Change } from '../contract/change.js';
import type { WatchFilter } from '../contract/filter.js';
import type { LogState } from '../contract/measured.js';
import type { ChangeStream, WatchOptions } from '../contract/store.js';
import { type Maybe, run, type Steps, wait } from '../util/steps.js';
import type { Commit } from './commit.js';
import type { Head } from './engine.js';

/** Up to this many changes of others are copied to the ring; beyond that watchers read them from the engine's log. */
const maxCopied = 1_024;
const copiedAtOnce = 64;

export interface LogFollowerOptions {
  /** The log's head now. */
  readonly head: Head;
  readonly readHead: () => Maybe<Head>;
  /** Up to `limit` changes after `after`, without a hole; what was compacted is left out at the beginning. */
  readonly readChanges: (after: number, limit: number) => Maybe<readonly Change[]>;
  /** How often, while anybody watches, the log is asked for changes made by others, in milliseconds; 0: never. */
  readonly pollIntervalMs: number;
  /** Called when others have written. */
  readonly onForeign: () => void;
  /** The error that watchers get for what a read threw. */
  readonly faultOf: (error: unknown) => Error;
}

/** How the processes that share a log wake each other. A message says only that there is something new: the log tells. */
export interface Wakes {
  /** Wakes the others. Must not throw. */
  tell(): void;
  /** Calls the function whenever another has told, until what it returns is called. */
  listen(onWake: () => void): () => void;
}

/** Follows an engine's log, to which others may write too, and feeds the watches with it, in order. */
export class LogFollower {
  readonly #options: LogFollowerOptions;
  readonly #log: ChangeLog;
  #poll: NodeJS.Timeout | undefined;
  /** Settles when the work under way is done: each piece of it begins where the one before has ended. */
  #busy: Promise<void> | undefined;
  #waking: Promise<void> | undefined;
  #isWokenAgain = false;

  constructor(options: LogFollowerOptions) {
    this.#options = options;
    const { revision, oldestRevision, logId } = options.head;
    this.#log = new ChangeLog({ logId, revision, oldestRevision, read: (after, limit) => this.#page(after, limit) });
  }

  /** How many watches are open. */
  get watchers(): number {
    return this.#log.watchers;
  }

  state(): LogState {
    return this.#log.state();
  }

  /** Passes a commit of this process to the watches. */
  append({ changes, oldestRevision }: Commit): Maybe<void> {
    return this.#inTurn(() => this.#append(changes, oldestRevision));
  }

  /** Passes on what others have written. */
  refresh(): Maybe<void> {
    return this.#inTurn(() => this.#refresh());
  }

  /** Looks for what others have written, if anybody watches. However many wake it meanwhile, it looks once more. */
  wake(): void {
    if (this.watchers === 0) return;
    if (this.#waking === undefined) this.#waking = this.#refreshUntilQuiet();
    else this.#isWokenAgain = true;
  }

  watch(filter: WatchFilter | undefined, options: WatchOptions | undefined): ChangeStream {
    let stream: ChangeStream;
    try {
      const refreshed = this.refresh();
      const opening = refreshed?.catch((error: unknown) => Promise.reject(this.#options.faultOf(error)));
      stream = this.#log.watch(filter, options, opening);
    } catch (error) {
      return failedWatch(this.#options.faultOf(error));
    }
    if (this.#options.pollIntervalMs > 0 && this.#log.watchers > 0) this.#startPoll();
    return stream;
  }

  /** Ends the watches. */
  close(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.#log.close();
  }

  /** Runs the work at once where none is under way, else after that. */
  #inTurn(work: () => Steps<void>): Maybe<void> {
    const done = this.#busy === undefined ? run(work()) : this.#busy.then(() => run(work()));
    if (done === undefined) return;
    const busy = done
      .catch(() => {})
      .then(() => {
        if (this.#busy === busy) this.#busy = undefined;
      });
    this.#busy = busy;
    return done;
  }

  *#append(changes: readonly Change[], oldestRevision: number): Steps<void> {
    const unseen = changes.filter(({ revision }) => revision > this.#log.revision);
    if (unseen[0] === undefined) return;
    yield* this.#catchUp(unseen[0].revision - 1);
    this.#log.append(unseen);
    this.#log.compactedTo(oldestRevision);
  }

  *#refresh(): Steps<void> {
    const { revision, oldestRevision } = yield* wait(this.#options.readHead());
    yield* this.#catchUp(revision);
    this.#log.compactedTo(oldestRevision);
  }

  *#catchUp(revision: number): Steps<void> {
    const log = this.#log;
    if (log.revision >= revision) return;
    while (log.revision < revision && revision - log.revision <= maxCopied) {
      const changes = yield* this.#nextWrites(log.revision, revision);
      // Compacted already: watchers that need it are told when they come to it.
      if (changes[0]?.revision !== log.revision + 1) break;
      log.append(changes);
    }
    log.skipTo(revision);
    this.#options.onForeign();
  }

  /** Some changes after `after`, up to `revision`: whole writes, because a watcher waits for the end of one. */
  *#nextWrites(after: number, revision: number): Steps<readonly Change[]> {
    const changes: Change[] = [];
    for (let last = after; last < revision && (changes.length === 0 || changes.at(-1)?.more); ) {
      const limit = Math.min(copiedAtOnce, revision - last);
      const page = yield* wait(this.#options.readChanges(last, limit));
      if (page[0]?.revision !== last + 1) return changes;
      changes.push(...page);
      last += page.length;
    }
    return changes;
  }

  async #refreshUntilQuiet(): Promise<void> {
    do {
      this.#isWokenAgain = false;
      // Where it fails, the poll follows, and who reads or writes is told what is wrong.
      await Promise.resolve()
        .then(() => this.refresh())
        .catch(() => {});
    } while (this.#isWokenAgain);
    this.#waking = undefined;
  }

  #startPoll(): void {
    this.#poll ??= setInterval(() => {
      if (this.#log.watchers === 0) {
        clearInterval(this.#poll);
        this.#poll = undefined;
        return;
      }
      // One that fails is followed by the next; who reads or writes meanwhile is told what is wrong.
      if (this.#busy === undefined) run(this.#tryRefresh());
    }, this.#options.pollIntervalMs).unref();
  }

  *#tryRefresh(): Steps<void> {
    try {
      yield* wait(this.refresh());
    } catch {}
  }

  async #page(after: number, limit: number): Promise<readonly Change[]> {
    return this.#options.readChanges(after, limit);
  }
}
