import type { Change } from '../contract/change.js';

/** How many changes beyond the limit are dropped at once, so that trimming costs next to nothing per write. */
const trimBy = 1_024;

/** The newest changes, up to `limit` to be read, and the request ids at least among them. */
export class MemoryLog {
  #changes: Change[] = [];
  #requests = new Map<string, Change>();
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get revision(): number {
    return this.#changes.at(-1)?.revision ?? 0;
  }

  /** Everything after it can be read. */
  get oldestRevision(): number {
    return Math.max(0, this.revision - this.#limit);
  }

  push(change: Change): void {
    this.#changes.push(change);
    if (change.requestId !== '') this.#requests.set(requestKey(change.entry, change.requestId), change);
    if (this.#changes.length < this.#limit + trimBy) return;
    for (const dropped of this.#changes.splice(0, trimBy)) {
      if (dropped.requestId !== '') this.#requests.delete(requestKey(dropped.entry, dropped.requestId));
    }
  }

  read(after: number, limit: number): Change[] {
    const dropped = (this.#changes[0]?.revision ?? 1) - 1;
    const start = Math.max(after, this.oldestRevision) - dropped;
    return this.#changes.slice(start, start + limit);
  }

  /** What the request with this id did to the key, if the log still knows. */
  byRequest(namespace: string, key: string, requestId: string): Change | undefined {
    return this.#requests.get(requestKey({ namespace, key }, requestId));
  }
}

const requestKey = ({ namespace, key }: { namespace: string; key: string }, requestId: string): string =>
  `${namespace}\n${key}\n${requestId}`;
