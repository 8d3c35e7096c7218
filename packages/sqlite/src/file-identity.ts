import { type BigIntStats, realpathSync, statSync } from 'node:fs';
import { ConfigError } from '@cfg/core';

/** The files of a store: its own, and what SQLite keeps beside it. A process that opens others writes past this one. */
const parts = [
  { suffix: '-wal', what: 'write-ahead log' },
  { suffix: '-shm', what: 'index of the write-ahead log' },
] as const;

/** Which files a store has open, so that it notices when other files, or none, are in their places. */
export class FileIdentity {
  readonly #path: string;
  readonly #file: string;
  readonly #parts = new Map<string, string>();

  /** Of the file that is there now. Those beside it are learnt as soon as they are there. */
  constructor(path: string) {
    this.#path = path;
    this.#file = identityOf(statSync(path, { bigint: true }));
    this.check();
  }

  /**
   * Returns the size of the write-ahead log, in bytes. Throws `unavailable` where a process that opened the path now would
   * not open the same files.
   */
  check(): number {
    const path = realPath(this.#path);
    const file = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (file === undefined || identityOf(file) !== this.#file) throw gone('file');
    let bytes = 0n;
    for (const { suffix, what } of parts) {
      const part = statSync(path + suffix, { bigint: true, throwIfNoEntry: false });
      const known = this.#parts.get(suffix);
      if (known !== undefined && (part === undefined || identityOf(part) !== known)) throw gone(what);
      if (part === undefined) continue;
      this.#parts.set(suffix, identityOf(part));
      if (suffix === '-wal') bytes = part.size;
    }
    return Number(bytes);
  }
}

/** Where the file is that `path` leads to, by symbolic links too: SQLite keeps its other files beside that one. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // There is nothing yet, or it may not be looked at: whoever opens it is told.
    return path;
  }
}

const identityOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

const gone = (what: string): ConfigError =>
  new ConfigError('unavailable', `the SQLite ${what} was removed or replaced while it was open`);
