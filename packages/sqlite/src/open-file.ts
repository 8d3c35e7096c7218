import type { DatabaseSync } from 'node:sqlite';
import { type Health, isConfigError } from '@cfg/core';
import { type Commit, LogFollower, type Maybe, WriteQueue } from '@cfg/core/store';
import { cannotOpen, openReading } from './database-file.js';
import { EntryCache } from './entry-cache.js';
import { areKeysChanged, faultOf, isBusy, reasonOf } from './fault.js';
import { FileIdentity } from './file-identity.js';
import { OpenSecrets } from './open-secrets.js';
import { type Settings, writerSettings } from './options.js';
import { Reader } from './reader.js';
import { Upkeep } from './upkeep.js';
import { Writer } from './writer.js';

/** How often a file that nobody writes to is looked for, in milliseconds; every write looks for itself. */
const lookMs = 1_000;

/** How often what is too old is looked for in a file that nobody writes to, in milliseconds. */
const tendMs = 60_000;

/** Everything that exists while the file is open: reader, write queue, log follower, and the thread that writes. */
export class OpenFile {
  readonly reader: Reader;
  readonly queue: WriteQueue;
  readonly follower: LogFollower;
  readonly #settings: Settings;
  readonly #reading: DatabaseSync;
  readonly #identity: FileIdentity;
  readonly #cache: EntryCache;
  readonly #writer: Writer;
  readonly #secrets: OpenSecrets;
  readonly #upkeep: Upkeep;
  readonly #onExpiry: () => void;
  readonly #unlisten: (() => void) | undefined;
  readonly #look: NodeJS.Timeout;
  readonly #tend: NodeJS.Timeout;
  #isGone = false;

  static async open(settings: Settings, onExpiry: () => void): Promise<OpenFile> {
    const reading = openReading(settings);
    const writer = new Writer(writerSettings(settings));
    const secrets = new OpenSecrets(settings, (keys) => writer.load(keys));
    try {
      await writer.open();
      await secrets.open(reading);
      return new OpenFile(settings, reading, writer, secrets, onExpiry);
    } catch (error) {
      await secrets.close();
      reading.close();
      await writer.close();
      if (isConfigError(error, 'invalid_argument')) throw cannotOpen(error.code, settings.path, error.message, error);
      throw cannotOpen('unavailable', settings.path, reasonOf(error), error);
    }
  }

  private constructor(
    settings: Settings,
    reading: DatabaseSync,
    writer: Writer,
    secrets: OpenSecrets,
    onExpiry: () => void,
  ) {
    this.#settings = settings;
    this.#reading = reading;
    this.#onExpiry = onExpiry;
    this.#identity = new FileIdentity(settings.path);
    this.#cache = new EntryCache(settings.cacheBytes);
    this.#writer = writer;
    this.#secrets = secrets;
    const reader = new Reader(reading, this.#cache, settings.historyLimit, secrets.sealer);
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
      commit: (operations) => secrets.withKeys(() => writer.commit(operations, settings.now())),
      onCommit: (commit) => this.#onCommit(commit),
      isBusy: (error) => isBusy(error) || areKeysChanged(error),
      faultOf,
      busyTimeoutMs: settings.busyTimeoutMs,
      logger: settings.logger,
    });
    this.#upkeep = new Upkeep(
      () => writer.upkeep(settings.now()),
      () => this.queue.isBusy,
      settings.logger,
    );
    this.#upkeep.wake();
    this.#unlisten = settings.wakes?.listen(() => this.follower.wake());
    this.#look = setInterval(() => this.#isThere(), lookMs).unref();
    this.#tend = setInterval(() => this.#upkeep.wake(), tendMs).unref();
  }

  /** Whether the file is still there and can be read and, after a commit failed, written again. */
  async health(): Promise<Health> {
    try {
      this.#identity.check();
      this.reader.head();
      if (this.queue.fault !== undefined) await this.#writer.probe();
    } catch (error) {
      // Where another process is writing, writing works.
      if (!isBusy(error)) return { ok: false, message: faultOf(error).message };
    }
    if (this.#settings.durability === 'full') return { ok: true };
    return { ok: true, message: 'durability is relaxed: the last writes may be lost with the machine' };
  }

  /** Commits what was submitted, then ends the watches and closes the file. */
  async close(): Promise<void> {
    await this.queue.drain();
    await this.#upkeep.close();
    this.#unlisten?.();
    clearInterval(this.#look);
    clearInterval(this.#tend);
    await this.#secrets.close();
    this.follower.close();
    this.#reading.close();
    await this.#writer.close();
  }

  /** Tells the log when the file has gone, and when it is back. */
  #isThere(): void {
    const { logger, path } = this.#settings;
    try {
      this.#identity.check();
      if (this.#isGone) logger.info({ path }, 'the SQLite file is back');
      this.#isGone = false;
    } catch (error) {
      if (!this.#isGone) logger.error({ path, reason: reasonOf(error) }, 'writes fail until the SQLite file is back');
      this.#isGone = true;
    }
  }

  #onCommit(commit: Commit): Maybe<void> {
    if (commit.changes.length > 0) {
      this.#upkeep.wake();
      this.#settings.wakes?.tell();
    }
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
