import { type Stats as FileStats, statSync } from 'node:fs';
import { type Commit, type Health, LogFollower, type Maybe, WriteQueue } from '@cfg/core';
import { Committer } from './committer.js';
import { type Connections, cannotOpen, openDatabase } from './database-file.js';
import { EntryCache } from './entry-cache.js';
import { faultOf, isBusy, reasonOf } from './fault.js';
import type { Settings } from './options.js';
import { Reader } from './reader.js';

/** Everything that exists while the file is open: reader, write queue and log follower, on two connections. */
export class OpenFile {
  readonly reader: Reader;
  readonly queue: WriteQueue;
  readonly follower: LogFollower;
  readonly #settings: Settings;
  readonly #connections: Connections;
  readonly #identity: FileStats;
  readonly #cache: EntryCache;
  readonly #committer: Committer;
  readonly #onExpiry: () => void;

  static open(settings: Settings, onExpiry: () => void): OpenFile {
    const connections = openDatabase(settings.path, settings.busyTimeoutMs);
    try {
      return new OpenFile(settings, connections, onExpiry);
    } catch (error) {
      connections.reading.close();
      connections.writing.close();
      throw cannotOpen('unavailable', settings.path, reasonOf(error), error);
    }
  }

  constructor(settings: Settings, connections: Connections, onExpiry: () => void) {
    this.#settings = settings;
    this.#connections = connections;
    this.#onExpiry = onExpiry;
    this.#identity = statSync(settings.path);
    this.#cache = new EntryCache(settings.cacheBytes);
    this.#committer = new Committer(connections.writing, settings);
    const reader = new Reader(connections.reading, this.#cache, settings.historyLimit);
    this.reader = reader;
    this.follower = new LogFollower({
      head: reader.head(),
      readHead: () => reader.head(),
      readChanges: (after, limit) => reader.changes(after, limit),
      pollIntervalMs: settings.pollIntervalMs,
      onForeign: onExpiry,
      faultOf,
    });
    this.queue = new WriteQueue({
      commit: (operations) => this.#committer.commit(operations, settings.now()),
      onCommit: (commit) => this.#onCommit(commit),
      isBusy,
      faultOf,
      busyTimeoutMs: settings.busyTimeoutMs,
      logger: settings.logger,
    });
  }

  /** Whether the file is still there and can be read and, after a commit failed, written again. */
  health(): Health {
    try {
      const now = statSync(this.#settings.path, { throwIfNoEntry: false });
      if (now?.ino !== this.#identity.ino || now.dev !== this.#identity.dev) {
        return { ok: false, message: 'the SQLite file was removed or replaced while it was open' };
      }
      this.reader.head();
      if (this.queue.fault !== undefined) this.#committer.probe();
    } catch (error) {
      // Where another process is writing, writing works.
      if (!isBusy(error)) return { ok: false, message: faultOf(error).message };
    }
    return { ok: true };
  }

  /** Commits what was submitted, then ends the watches and closes the file. */
  async close(): Promise<void> {
    await this.queue.drain();
    this.follower.close();
    this.#connections.reading.close();
    this.#connections.writing.close();
  }

  #onCommit(commit: Commit): Maybe<void> {
    for (const { entry, type } of commit.changes) if (type === 'set') this.#cache.add(entry);
    try {
      this.follower.append(commit);
    } catch (error) {
      // It is committed: watchers are told with the next commit or poll.
      this.#settings.logger.error({ err: error }, 'a commit could not be passed to the watches');
    }
    if (commit.changes.some(({ entry }) => entry.expiresAtMs !== undefined)) this.#onExpiry();
  }
}
