import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Change, ChangeLog, type ChangeStream, failedWatch, type WatchFilter, type WatchOptions } from '@cfg/core';
import type { Commit } from './committer.js';
import { faultOf } from './fault.js';
import { type Head, HeadReader } from './head.js';
import { readTransaction } from './read-transaction.js';
import { changeOf, entryColumns } from './rows.js';

/** So many changes of another process are passed on through memory; more are left for watchers to read in the file. */
const maxPassed = 1_024;
const passAtOnce = 64;

/** The log in the file, and the watches that follow it, whichever process writes to it. */
export class Changes {
  readonly logId: string;
  readonly #db: DatabaseSync;
  readonly #head: HeadReader;
  readonly #read: StatementSync;
  readonly #log: ChangeLog;
  readonly #pollIntervalMs: number;
  readonly #onForeign: () => void;
  #poll: NodeJS.Timeout | undefined;

  /** `onForeign` is called when another process has written. */
  constructor(db: DatabaseSync, pollIntervalMs: number, onForeign: () => void) {
    this.#db = db;
    this.#onForeign = onForeign;
    this.#pollIntervalMs = pollIntervalMs;
    this.#head = new HeadReader(db);
    this.#read = db.prepare(`
      SELECT ${entryColumns}, request_id FROM changes WHERE revision > ? ORDER BY revision LIMIT ?`);
    this.logId = db.prepare('SELECT log_id FROM log').get()?.log_id as string;
    const { revision, oldestRevision } = this.head();
    const read = (after: number, limit: number): Change[] => this.#page(after, limit);
    this.#log = new ChangeLog({ logId: this.logId, revision, oldestRevision, read });
  }

  head(): Head {
    return this.#head.read();
  }

  /** Passes a commit of this process to the watches. */
  append({ changes, oldestRevision }: Commit): void {
    const unseen = changes.filter(({ revision }) => revision > this.#log.revision);
    if (unseen[0] === undefined) return;
    this.#catchUp(unseen[0].revision - 1);
    this.#log.append(unseen);
    this.#log.compactedTo(oldestRevision);
  }

  /** Passes on what other processes have written. */
  refresh(): void {
    const { revision, oldestRevision } = this.head();
    this.#catchUp(revision);
    this.#log.compactedTo(oldestRevision);
  }

  watch(filter: WatchFilter | undefined, options: WatchOptions | undefined): ChangeStream {
    try {
      this.refresh();
    } catch (error) {
      return failedWatch(faultOf(error));
    }
    const stream = this.#log.watch(filter, options);
    if (this.#pollIntervalMs > 0 && this.#log.watchers > 0) this.#startPoll();
    return stream;
  }

  close(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.#log.close();
  }

  #startPoll(): void {
    this.#poll ??= setInterval(() => {
      if (this.#log.watchers === 0) {
        clearInterval(this.#poll);
        this.#poll = undefined;
        return;
      }
      try {
        this.refresh();
      } catch {
        // The next tick asks again; who reads or writes meanwhile is told what is wrong.
      }
    }, this.#pollIntervalMs).unref();
  }

  #catchUp(revision: number): void {
    const log = this.#log;
    if (log.revision >= revision) return;
    while (log.revision < revision && revision - log.revision <= maxPassed) {
      const changes = this.#page(log.revision, Math.min(passAtOnce, revision - log.revision));
      // Compacted already: watchers that need it are told when they come to it.
      if (changes[0]?.revision !== log.revision + 1) break;
      log.append(changes);
    }
    log.skipTo(revision);
    this.#onForeign();
  }

  /** Up to `limit` changes after `after`, without a hole: what was compacted is left out at the beginning. */
  #page(after: number, limit: number): Change[] {
    return readTransaction(this.#db, () => {
      const { oldestRevision } = this.head();
      this.#log.compactedTo(oldestRevision);
      return this.#read.all(Math.max(after, oldestRevision), limit).map(changeOf);
    });
  }
}
