import { ConfigError, isConfigError, isTransient } from '../contract/errors.js';
import { NewestStream } from '../util/newest.js';
import { PullStream } from '../util/pull-stream.js';
import type { FollowerState } from './follower.js';

/** How a namespace is served. */
export interface NamespaceStatus {
  readonly namespace: string;
  /**
   * - `live`: the watch holds; reads are answered from memory.
   * - `stale`: there is no watch for now. Reads ask the store, and fall back on the last known value.
   * - `error`: the store refuses the watch. As `stale`.
   * - `closed`: the manager is closed.
   */
  readonly type: 'live' | 'stale' | 'error' | 'closed';
  /** Why it is not live. */
  readonly error?: ConfigError | undefined;
}

/** Returns the status that a watch in this state means; `undefined` for one that was not opened. */
export function statusOf(namespace: string, state: FollowerState): NamespaceStatus | undefined {
  if (state.is === 'idle') return undefined;
  if (state.is === 'live') return { namespace, type: 'live' };
  const { error } = state;
  if (error === undefined) return { namespace, type: 'stale' };
  const type = state.is === 'behind' && isTransient(error) ? 'stale' : 'error';
  const why = isConfigError(error) ? error : new ConfigError('internal', String(error), { cause: error });
  return { namespace, type, error: why };
}

/** The status of each namespace of a manager, and who follows it. */
export class StatusBoard {
  readonly #statuses = new Map<string, NamespaceStatus>();
  readonly #followers = new Set<NewestStream<NamespaceStatus>>();

  get(namespace: string): NamespaceStatus | undefined {
    return this.#statuses.get(namespace);
  }

  set(status: NamespaceStatus): void {
    const before = this.#statuses.get(status.namespace);
    this.#statuses.set(status.namespace, status);
    if (before?.type === status.type && before.error?.code === status.error?.code) return;
    for (const follower of this.#followers) follower.push([[status.namespace, status]]);
  }

  /** The status of each namespace, then each change of one. */
  follow(): PullStream<NamespaceStatus> {
    const newest = new NewestStream<NamespaceStatus>(() => this.#followers.delete(newest));
    this.#followers.add(newest);
    newest.push(this.#statuses);
    return new StatusStream(newest);
  }

  close(): void {
    for (const { namespace } of [...this.#statuses.values()]) this.set({ namespace, type: 'closed' });
    for (const follower of this.#followers) follower.end();
  }
}

/** One status at a time. */
class StatusStream extends PullStream<NamespaceStatus> {
  readonly #newest: NewestStream<NamespaceStatus>;
  #read: NamespaceStatus[] = [];

  constructor(newest: NewestStream<NamespaceStatus>) {
    super();
    this.#newest = newest;
  }

  async next(): Promise<IteratorResult<NamespaceStatus, void>> {
    for (;;) {
      const value = this.#read.shift();
      if (value !== undefined) return { done: false, value };
      const next = await this.#newest.next();
      if (next.done) return next;
      this.#read = [...next.value];
    }
  }

  close(): void {
    this.#read = [];
    this.#newest.close();
  }
}
