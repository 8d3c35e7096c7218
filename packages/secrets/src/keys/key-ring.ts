import type { KeyObject } from 'node:crypto';
import { isConfigError, type Logger } from '@cfg/core';
import {
  type BackoffOptions,
  backoffMs,
  type DataKeyRow,
  type DataKeys,
  type KeyTable,
  type OpenSealing,
} from '@cfg/core/store';
import { dueAfterMs } from '../rotation/key-status.js';
import type { KeyWrapper } from '../wrappers/key-wrapper.js';
import { makeDataKey, unwrapDataKey } from './data-key.js';

/** How long a key service that is away is left alone: more each time. */
const retry: BackoffOptions = { initialMs: 500, maxMs: 30_000 };

export interface KeyRingOptions {
  readonly table: KeyTable;
  readonly wrapper: KeyWrapper;
  /** How often the table is asked for keys that others have added, in milliseconds; 0: only when told to. */
  readonly pollIntervalMs: number;
  readonly onKeys: (keys: DataKeys) => void;
  readonly logger: Logger;
}

/** The data keys of one open store, unwrapped, in memory only. A key stays for as long as the process has seen it. */
export class KeyRing implements OpenSealing {
  readonly #options: KeyRingOptions;
  readonly #keys = new Map<number, KeyObject | undefined>();
  #fault: string | undefined;
  #failures = 0;
  #loading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #reminded = 0;

  /** Rejects with `invalid_argument` for a wrapper that did not wrap the keys. */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const ring = new KeyRing(options);
    await ring.#load((error) => {
      if (isConfigError(error, 'invalid_argument')) throw error;
    });
    ring.#schedule();
    return ring;
  }

  private constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  refresh(): Promise<void> {
    this.#loading ??= this.#load(() => {})
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, 'the data keys cannot be read'))
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** `onFailure` may throw what a wrapper threw. */
  async #load(onFailure: (error: unknown) => void): Promise<void> {
    const before = [...this.#keys].filter(([, key]) => key !== undefined).length;
    const failures: unknown[] = [];
    const failed = (error: unknown): void => {
      onFailure(error);
      failures.push(error);
    };
    const rows = await this.#rows(failed);
    this.#remind(rows);
    for (const row of rows) {
      if (row.state === 'destroyed' || this.#keys.get(row.id) !== undefined) continue;
      try {
        this.#keys.set(row.id, await unwrapDataKey(this.#options.wrapper, row));
      } catch (error) {
        failed(error);
        this.#keys.set(row.id, undefined);
      }
    }
    this.#tell(failures, before);
  }

  /** Tells the log once of a key that should be replaced. */
  #remind(rows: readonly DataKeyRow[]): void {
    const due = rows.find(({ state, createdAtMs }) => state === 'active' && Date.now() - createdAtMs > dueAfterMs);
    if (due === undefined || due.id === this.#reminded) return;
    this.#reminded = due.id;
    this.#options.logger.warn({ key: due.id }, 'the data key of secrets is older than 90 days: rotate it');
  }

  /** The table's rows. Of a table without a key, after the first was made; `failed` is told where it cannot be. */
  async #rows(failed: (error: unknown) => void): Promise<readonly DataKeyRow[]> {
    const { table, wrapper } = this.#options;
    const rows = await table.list();
    if (rows.some(({ state }) => state === 'active')) return rows;
    let made: Awaited<ReturnType<typeof makeDataKey>>;
    try {
      made = await makeDataKey(wrapper);
    } catch (error) {
      failed(error);
      return rows;
    }
    // Another server may have made it meanwhile.
    return table.update((now, createdRevision) => {
      if (now.some(({ state }) => state === 'active')) return undefined;
      return [...now, { ...made, id: (now.at(-1)?.id ?? 0) + 1, state: 'active', createdRevision }];
    });
  }

  #tell(failures: readonly unknown[], before: number): void {
    const { logger, onKeys, wrapper } = this.#options;
    const [first] = failures;
    const wasFaulty = this.#fault !== undefined;
    if (first === undefined) {
      this.#fault = undefined;
      this.#failures = 0;
      if (wasFaulty) logger.info({ wrapper: wrapper.id }, 'the data keys are here: secrets are available');
    } else {
      const isWrong = isConfigError(first, 'invalid_argument');
      this.#fault = isWrong ? 'it is wrapped by another key than this server has' : 'the key service is away';
      this.#failures += 1;
      logger.error({ err: first, wrapper: wrapper.id }, `secrets are not available: ${this.#fault}`);
    }
    const after = [...this.#keys].filter(([, key]) => key !== undefined).length;
    if (after !== before || (this.#fault !== undefined) !== wasFaulty) {
      onKeys({ keys: new Map(this.#keys), fault: this.#fault });
    }
  }

  #schedule(): void {
    const { pollIntervalMs } = this.#options;
    const inMs = this.#fault === undefined ? pollIntervalMs : backoffMs(retry, this.#failures);
    if (this.#closed || (inMs === 0 && this.#fault === undefined)) return;
    this.#timer = setTimeout(() => void this.refresh().then(() => this.#schedule()), inMs).unref();
  }
}
