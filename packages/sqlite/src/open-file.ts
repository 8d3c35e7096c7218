import { type Stats as FileStats, statSync } from 'node:fs';
import { ExpiryTimer, type Health } from '@cfg/core';
import { AliasTable } from './alias-table.js';
import { Changes } from './changes.js';
import { type Commit, Committer } from './committer.js';
import { type Connections, cannotOpen, openDatabase } from './database-file.js';
import { EntryCache } from './entry-cache.js';
import { faultOf, guarded, isBusy, reasonOf } from './fault.js';
import { Namespaces } from './namespaces.js';
import type { Answers, Operation } from './operation.js';
import type { Settings } from './options.js';
import { readTransaction } from './read-transaction.js';
import { Reader } from './reader.js';
import { Versions } from './versions.js';
import { Writer } from './writer.js';

/** How long a deletion by expiry that failed is left before it is tried again. */
const retryExpiryMs = 1_000;

/** A store's file while it is open: the rooms around its two connections, and the way through them. */
export class OpenFile {
  readonly changes: Changes;
  readonly reader: Reader;
  readonly versions: Versions;
  readonly namespaces: Namespaces;
  readonly aliases: AliasTable;
  readonly #settings: Settings;
  readonly #connections: Connections;
  readonly #identity: FileStats;
  readonly #cache: EntryCache;
  readonly #committer: Committer;
  readonly #writer: Writer;
  readonly #timer: ExpiryTimer;
  /** While deletions by expiry are on their way, or after they failed, the timer does not ask for them again. */
  #expireNotBefore = 0;

  /** Throws as {@link openDatabase} does. */
  static open(settings: Settings): OpenFile {
    const connections = openDatabase(settings.path, settings.busyTimeoutMs);
    try {
      return new OpenFile(settings, connections);
    } catch (error) {
      connections.reading.close();
      connections.writing.close();
      throw cannotOpen('unavailable', settings.path, reasonOf(error), error);
    }
  }

  constructor(settings: Settings, connections: Connections) {
    const { writing, reading } = connections;
    this.#settings = settings;
    this.#connections = connections;
    this.#identity = statSync(settings.path);
    this.#cache = new EntryCache(settings.cacheBytes);
    this.#committer = new Committer(writing, settings);
    this.reader = new Reader(reading, this.#cache);
    this.versions = new Versions(reading, settings.historyLimit);
    this.namespaces = new Namespaces(reading);
    this.aliases = new AliasTable(reading);
    this.changes = new Changes(reading, settings.pollIntervalMs, () => this.#timer.schedule());
    this.#writer = new Writer({
      commit: (operations) => this.#committer.commit(operations, settings.now()),
      onCommit: (commit) => this.#onCommit(commit),
      busyTimeoutMs: settings.busyTimeoutMs,
      logger: settings.logger,
    });
    this.#timer = new ExpiryTimer(
      settings.now,
      () => this.#nextExpiry(),
      () => this.#expire(),
    );
    this.#timer.schedule();
  }

  submit<O extends Operation>(operation: O, signal?: AbortSignal): Promise<Answers[O['type']]> {
    return this.#writer.submit(operation, signal);
  }

  /** Runs `read` as of one moment. */
  read<T>(read: () => T): T {
    return guarded(() => readTransaction(this.#connections.reading, read));
  }

  /**
   * Commits the deletions that are due by expiry, and answers the time at which none is: a read that follows at once
   * shows what the log says. Where they cannot be written it answers all the same, as reads leave out what has expired.
   */
  async settle(signal?: AbortSignal): Promise<number> {
    for (;;) {
      const nowMs = this.#settings.now();
      const next = guarded(() => this.reader.nextExpiry());
      if (next === undefined || next > nowMs) return nowMs;
      try {
        await this.#writer.submit({ type: 'expire' }, signal);
      } catch {
        signal?.throwIfAborted();
        return nowMs;
      }
    }
  }

  /** Whether the file is still there and can be read and, after a commit failed, written again. */
  health(): Health {
    try {
      const now = statSync(this.#settings.path, { throwIfNoEntry: false });
      if (now?.ino !== this.#identity.ino || now.dev !== this.#identity.dev) {
        return { ok: false, message: 'the SQLite file was removed or replaced while it was open' };
      }
      this.changes.head();
      if (this.#writer.fault !== undefined) this.#committer.probe();
    } catch (error) {
      // Where another process is writing, writing works.
      if (!isBusy(error)) return { ok: false, message: faultOf(error).message };
    }
    return { ok: true };
  }

  /** Commits what was submitted, then ends the watches and closes the file. */
  async close(): Promise<void> {
    await this.#writer.drain();
    this.#timer.close();
    this.changes.close();
    this.#connections.reading.close();
    this.#connections.writing.close();
  }

  #onCommit(commit: Commit): void {
    let expires = false;
    for (const { entry, type } of commit.changes) {
      if (type === 'set') this.#cache.add(entry);
      expires ||= entry.expiresAtMs !== undefined;
    }
    try {
      this.changes.append(commit);
    } catch (error) {
      // It is committed: watchers are told with the next commit or poll.
      this.#settings.logger.error({ err: error }, 'a commit could not be passed to the watches');
    }
    if (expires) this.#timer.schedule();
  }

  #nextExpiry(): number | undefined {
    let next: number | undefined;
    try {
      next = this.reader.nextExpiry();
    } catch {
      next = this.#settings.now() + retryExpiryMs;
    }
    return next === undefined ? undefined : Math.max(next, this.#expireNotBefore);
  }

  #expire(): void {
    this.#expireNotBefore = this.#settings.now() + retryExpiryMs;
    this.#writer.submit({ type: 'expire' }).then(
      () => {
        this.#expireNotBefore = 0;
        this.#timer.schedule();
      },
      // The writer has logged it; the timer comes back to it.
      () => {},
    );
  }
}
