import { type BigIntStats, statSync } from 'node:fs';
import { ConfigError } from '@cfg/core';

/** Which files a store has open, so that it notices when other files, or none, are in their places. */
export class FileIdentity {
  readonly #path: string;
  readonly #file: string;
  #log: string | undefined;

  /** Of the files that are there now. The write-ahead log's is learnt as soon as there is one. */
  constructor(path: string) {
    this.#path = path;
    this.#file = identityOf(statSync(path, { bigint: true }));
  }

  /** Returns the size of the write-ahead log, in bytes. Throws `unavailable` where a file is not the one that was opened. */
  check(): number {
    const file = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    const log = statSync(`${this.#path}-wal`, { bigint: true, throwIfNoEntry: false });
    if (file === undefined || identityOf(file) !== this.#file) throw gone('file');
    this.#log ??= log && identityOf(log);
    if (this.#log !== undefined && (log === undefined || identityOf(log) !== this.#log)) throw gone('write-ahead log');
    return Number(log?.size ?? 0n);
  }
}

const identityOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

const gone = (what: string): ConfigError =>
  new ConfigError('unavailable', `the SQLite ${what} was removed or replaced while it was open`);
