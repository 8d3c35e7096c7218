import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type Cache,
  type CachedState,
  ConfigError,
  type Logger,
  LruCache,
  safeLogger,
  type Transformer,
} from '@cfg/core';
import { checkOptions, type OptionNames } from '@cfg/core/store';
import { type EncryptionKeys, encrypted } from '../encryption/encrypted.js';
import { decodeItems, encodeItems } from './document.js';

export interface FileCacheOptions {
  /** Maximum number of keys, of all namespaces together. Default 100,000; at least 1. */
  readonly maxEntries?: number | undefined;
  /** To encrypt secrets with; without it, they are not written. The other values are written as they are. */
  readonly keys?: EncryptionKeys | undefined;
  /** Longest time that a change waits to be written, in milliseconds. Default 1,000; at least 0. */
  readonly writeAfterMs?: number | undefined;
  /** Told when a file cannot be read or written, which is no failure. Default: silent. */
  readonly logger?: Logger | undefined;
}

const names: OptionNames<FileCacheOptions> = { maxEntries: true, keys: true, writeAfterMs: true, logger: true };

/**
 * A manager's cache that outlives the process, in one file: what was known last is served, marked stale, while the server
 * cannot be asked. A file is written whole and then put in place, so that it is never half of one; several processes may
 * share it, the one that writes last wins. A damaged or foreign file is ignored. Only its owner may read it (mode 600).
 *
 * @example
 * const manager = new Manager({ store, cache: new FileCache('/var/cache/app/config') });
 * await manager.connect({ offline: true });
 */
export class FileCache implements Cache {
  readonly keepsLoaded = true;
  readonly #path: string;
  readonly #memory: LruCache;
  readonly #cipher: Transformer | undefined;
  readonly #writeAfterMs: number;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isDirty = false;

  /** Throws `invalid_argument` for an option. Nothing is read before `open()`. */
  constructor(path: string, options: FileCacheOptions = {}) {
    checkOptions('a cache file', options, names, 'cache.');
    const { maxEntries = 100_000, keys, writeAfterMs = 1_000, logger } = options;
    if (typeof path !== 'string' || path === '')
      throw new ConfigError('invalid_argument', 'option cacheFile must be a path');
    this.#path = path;
    this.#memory = new LruCache({ maxEntries });
    this.#cipher = keys && encrypted(keys);
    this.#writeAfterMs = writeAfterMs;
    this.#logger = safeLogger(logger);
  }

  async open(): Promise<void> {
    try {
      const items = decodeItems(await readFile(this.#path), this.#cipher);
      for (const [namespace, key, state] of items) this.#memory.set(namespace, key, state);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.#logger.warn({ err: error, file: this.#path }, 'the cache file cannot be used, and is ignored');
    }
  }

  askBeforeForgetting(wasRead: (namespace: string, key: string) => boolean): void {
    this.#memory.askBeforeForgetting(wasRead);
  }

  get(namespace: string, key: string): CachedState | undefined {
    return this.#memory.get(namespace, key);
  }

  set(namespace: string, key: string, state: CachedState): void {
    this.#memory.set(namespace, key, state);
    this.#changed();
  }

  delete(namespace: string, key: string): void {
    this.#memory.delete(namespace, key);
    this.#changed();
  }

  states(): ReturnType<LruCache['states']> {
    return this.#memory.states();
  }

  clear(): void {
    this.#memory.clear();
    this.#changed();
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isDirty) this.#write();
    await this.#writing;
  }

  #changed(): void {
    this.#isDirty = true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, this.#writeAfterMs).unref();
  }

  #write(): void {
    this.#isDirty = false;
    this.#writing = this.#writing.then(() => this.#replaceFile());
  }

  /** Never fails: a disk that is full must not concern the app. */
  async #replaceFile(): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.${randomUUID()}`;
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(encodeItems(this.#memory.states(), this.#cipher));
        await file.sync();
      } finally {
        await file.close();
      }
      await chmod(temporary, 0o600);
      await rename(temporary, this.#path);
    } catch (error) {
      this.#logger.warn({ err: error, file: this.#path }, 'the cache file cannot be written');
      await rm(temporary, { force: true }).catch(() => {});
    }
  }
}
