import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type CompactionState, ConfigError, SecretPolicy } from '@cfg/core';
import { type Commit, type DataKeys, type Operation, Sealer } from '@cfg/core/store';
import { Committer } from './committer.js';
import { openWriting } from './database-file.js';
import { areKeysChanged, isBusy } from './fault.js';
import { FileIdentity, realPath } from './file-identity.js';
import type { WriterSettings } from './options.js';

/** How much the write-ahead log may grow before it is emptied apart from SQLite's own small steps, in bytes. */
const truncateAboveBytes = 64 * 1024 * 1024;

/** A disk with less room than this counts as full after a write has failed, in bytes. */
const minFreeBytes = 1024 * 1024;

/** The file, as the thread that writes has it open. */
export class WritingFile {
  readonly #settings: WriterSettings;
  readonly #identity: FileIdentity;
  readonly #sealer: Sealer;
  #open: { readonly db: DatabaseSync; readonly committer: Committer };
  #isFaulty = false;
  #isIndexAsWanted = false;
  /** Emptying the write-ahead log is tried again when it is larger than this. */
  #truncateAbove = truncateAboveBytes;

  constructor(settings: WriterSettings, keys: DataKeys) {
    this.#settings = settings;
    this.#sealer = new Sealer(settings.secretPatterns && new SecretPolicy(settings.secretPatterns));
    this.#sealer.load(keys);
    this.#identity = new FileIdentity(settings.path);
    this.#open = this.#connect();
  }

  /** The data keys from now on. */
  load(keys: DataKeys): void {
    this.#sealer.load(keys);
  }

  /** If this throws, nothing was done. Throws SQLite's busy error while another process writes. */
  commit(operations: readonly Operation[], nowMs: number): Commit {
    return this.#try(() => {
      this.#boundLog();
      return this.#open.committer.commit(operations, nowMs);
    });
  }

  /** Does a little of what need not be done within a commit. Returns whether there is more. Throws as {@link commit}. */
  upkeep(nowMs: number): boolean {
    return this.#try(() => {
      this.#boundLog();
      const { searchIndex } = this.#settings;
      if (!this.#isIndexAsWanted && searchIndex !== undefined) this.#open.committer.switchIndex(searchIndex);
      this.#isIndexAsWanted = true;
      return this.#open.committer.upkeep(nowMs);
    });
  }

  /** The counts of what was dropped since the file was opened. */
  get compaction(): CompactionState {
    return this.#open.committer.compaction;
  }

  /** Makes sure that a write goes through, down to the disk. Throws what stands in its way. */
  probe(): void {
    this.#try(() => {
      this.#boundLog();
      this.#open.committer.probe();
      // A small write finds room in the log where a larger one does not.
      const { bavail, bsize } = statfsSync(dirname(realPath(this.#settings.path)));
      if (bavail * bsize < minFreeBytes) {
        throw new ConfigError('unavailable', 'the SQLite file cannot be used: the disk is full');
      }
    });
  }

  close(): void {
    this.#open.db.close();
  }

  /** After a fault the file is opened anew, as what was wrong with the disk may be over, but not for the connection. */
  #try<T>(work: () => T): T {
    try {
      if (this.#isFaulty) {
        this.#identity.check();
        this.#open.db.close();
        this.#open = this.#connect();
        this.#isFaulty = false;
      }
      return work();
    } catch (error) {
      this.#isFaulty ||= !isBusy(error) && !areKeysChanged(error) && !(error instanceof ConfigError);
      throw error;
    }
  }

  /**
   * SQLite empties its write-ahead log only when nobody reads an older state. Where somebody does for long, in another
   * process, the log grows up to its limit; then writes fail until it can be emptied.
   */
  #boundLog(): void {
    let bytes = this.#identity.check();
    if (bytes > this.#truncateAbove) {
      const row = this.#open.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
      bytes = row?.busy === 0 ? 0 : bytes;
      this.#truncateAbove = Math.max(truncateAboveBytes, Math.min(2 * bytes, this.#settings.walLimitBytes));
    }
    if (bytes <= this.#settings.walLimitBytes) return;
    throw new ConfigError(
      'unavailable',
      `the SQLite file cannot be written: its write-ahead log has ${bytes} bytes, as another process reads an old state`,
    );
  }

  #connect(): { readonly db: DatabaseSync; readonly committer: Committer } {
    const db = openWriting(this.#settings);
    try {
      return { db, committer: new Committer(db, this.#settings, this.#sealer) };
    } catch (error) {
      db.close();
      throw error;
    }
  }
}
