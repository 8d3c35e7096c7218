import type { DatabaseSync } from 'node:sqlite';
import { type CompactionState, type ConfigError, type Health, isConfigError } from '@cfg/core';
import { type Commit, LogFollower, type Maybe, WriteQueue } from '@cfg/core/store';
import { cannotOpen, openReading } from './database-file.js';
import { EntryCache } from './entry-cache.js';
import { areKeysChanged, FileDamage, faultOf, isBusy, isDamage, RowDamage, reasonOf } from './fault.js';
import { FileIdentity } from './file-identity.js';
import { lookFresh } from './fresh-look.js';
import { OpenSecrets } from './open-secrets.js';
import { type Settings, writerSettings } from './options.js';
import { Reader } from './reader.js';
import { Upkeep } from './upkeep.js';
import { Writer } from './writer.js';

/** How often the file is looked at as it is on the disk, in milliseconds; every write looks whether it is there. */
const lookMs = 1_000;

/** How often what is too old is looked for in a file that nobody writes to, in milliseconds. */
const tendMs = 60_000;

/** So many damaged rows are told apart. */
const maxDamaged = 1_000;

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
  /** The revisions of rows that were found damaged. */
  readonly #damaged = new Set<number>();
  /** The newest revision that was seen in the file. */
  #newest = 0;
  /** Why nothing is written: what the last look found. */
  #trouble: ConfigError | undefined;

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
      faultOf: (error) => this.faultOf(error),
    });
    this.queue = new WriteQueue({
      commit: (operations) => {
        if (this.#trouble !== undefined) throw this.#trouble;
        return secrets.withKeys(() => writer.commit(operations, settings.now()));
      },
      onCommit: (commit) => this.#onCommit(commit),
      isBusy: (error) => isBusy(error) || areKeysChanged(error),
      faultOf: (error) => this.faultOf(error),
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
    this.#look = setInterval(() => this.#lookAtFile(), lookMs).unref();
    this.#tend = setInterval(() => this.#upkeep.wake(), tendMs).unref();
  }

  /** The counts of what was dropped. */
  get compaction(): CompactionState | undefined {
    return this.#writer.compaction;
  }

  /** Whether the file is still there and can be read and, after a commit failed, written again. */
  async health(): Promise<Health> {
    if (this.#trouble instanceof FileDamage) return { ok: false, message: this.#trouble.message };
    try {
      this.#identity.check();
      this.reader.head();
      if (this.queue.fault !== undefined) await this.#writer.probe();
    } catch (error) {
      // Where another process is writing, writing works.
      if (!isBusy(error)) return { ok: false, message: this.faultOf(error).message };
    }
    const notes: string[] = [];
    if (this.#settings.durability !== 'full') {
      notes.push('durability is relaxed: the last writes may be lost with the machine');
    }
    if (this.#damaged.size > 0) notes.push(`damaged rows were found: ${this.#damaged.size}`);
    return notes.length === 0 ? { ok: true } : { ok: true, message: notes.join('; ') };
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

  /**
   * The error for what SQLite threw. Once damage was found, nothing is written any more: what would be acknowledged could
   * not be read again, and a sound file in this one's place would be another.
   */
  faultOf(error: unknown): ConfigError {
    const fault = faultOf(error);
    if (fault instanceof FileDamage) this.#setTrouble(fault);
    if (fault instanceof RowDamage) this.#tellOfRow(fault);
    return fault;
  }

  /** Tells the log, once. */
  #tellOfRow({ revision, message }: RowDamage): void {
    if (this.#damaged.has(revision) || this.#damaged.size >= maxDamaged) return;
    this.#damaged.add(revision);
    this.#settings.logger.error({ path: this.#settings.path, revision, reason: message }, 'a row is damaged');
  }

  #lookAtFile(): void {
    try {
      this.#identity.check();
      this.#newest = lookFresh(this.#settings.path, this.reader.logId, this.#newest);
      this.#setTrouble(undefined);
    } catch (error) {
      // Other errors, as of a file that is locked, say nothing about what is in it.
      if (isDamage(error) || isConfigError(error)) this.#setTrouble(faultOf(error));
    }
  }

  /** Tells the log when the file has gone or is damaged, and when it is back. */
  #setTrouble(now: ConfigError | undefined): void {
    const { logger, path } = this.#settings;
    const before = this.#trouble;
    if (before instanceof FileDamage) return;
    this.#trouble = now;
    if (now instanceof FileDamage) logger.error({ path, reason: now.message }, 'the SQLite file is damaged');
    else if (now === undefined && before !== undefined) logger.info({ path }, 'the SQLite file is back');
    else if (now !== undefined && before === undefined) {
      logger.error({ path, reason: now.message }, 'writes fail until the SQLite file is back');
    }
  }

  #onCommit(commit: Commit): Maybe<void> {
    if (commit.changes.length > 0) {
      this.#upkeep.wake();
      this.#settings.wakes?.tell();
      this.#newest = Math.max(this.#newest, commit.changes.at(-1)?.revision ?? 0);
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
