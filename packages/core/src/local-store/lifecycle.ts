import { ConfigError } from '../contract/errors.js';
import type { CallOptions } from '../contract/store.js';

/** Where a store is in its life: calls are allowed from `open()` to `close()`, which is final. */
export class Lifecycle {
  #what: string;
  #state: 'new' | 'open' | 'closed' = 'new';

  /** `what` names the store in errors. */
  constructor(what: string) {
    this.#what = what;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Why a call cannot be made now. */
  get fault(): ConfigError | undefined {
    if (this.#state === 'open') return undefined;
    return this.#state === 'new'
      ? new ConfigError('not_connected', `${this.#what} is not connected`)
      : new ConfigError('closed', `${this.#what} is closed`);
  }

  open(): void {
    if (this.#state === 'closed') throw new ConfigError('closed', `${this.#what} is closed`);
    this.#state = 'open';
  }

  close(): void {
    this.#state = 'closed';
  }

  /** Throws unless the store is open and the call's signal has not fired. */
  check(options?: CallOptions): void {
    if (this.#state !== 'open') throw this.fault;
    options?.signal?.throwIfAborted();
  }
}
