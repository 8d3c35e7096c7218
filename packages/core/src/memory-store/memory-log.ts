import type { Change } from '../contract/change.js';

/** What a change weighs beside its value, roughly, in bytes. */
const overhead = 200;

/** How many dropped changes stay in the array before it is cut, so that dropping costs next to nothing. */
const cutAt = 1_024;

const weightOf = (change: Change): number => overhead + change.entry.size;

/** The log's window: the newest changes without a hole, up to a number and a weight, and their request ids. */
export class MemoryLog {
  readonly #limit: number;
  readonly #maxBytes: number;
  /** Those before `#from` are dropped. */
  #changes: Change[] = [];
  #from = 0;
  #bytes = 0;
  #revision = 0;
  #requests = new Map<string, Change[]>();

  constructor(limit: number, maxBytes: number) {
    this.#limit = limit;
    this.#maxBytes = maxBytes;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Everything after it can be read. */
  get oldestRevision(): number {
    return this.#revision - (this.#changes.length - this.#from);
  }

  /** Adds a change. Calls `onDrop` for each that leaves the window. */
  push(change: Change, onDrop: (change: Change) => void): void {
    this.#changes.push(change);
    this.#revision = change.revision;
    this.#bytes += weightOf(change);
    if (change.requestId !== '') this.#remember(change);
    while (this.#changes.length - this.#from > this.#limit || this.#bytes > this.#maxBytes) {
      const dropped = this.#changes[this.#from];
      if (dropped === undefined) break;
      this.#from += 1;
      this.#bytes -= weightOf(dropped);
      if (dropped.requestId !== '') this.#forget(dropped);
      onDrop(dropped);
    }
    if (this.#from < cutAt) return;
    this.#changes = this.#changes.slice(this.#from);
    this.#from = 0;
  }

  read(after: number, limit: number): Change[] {
    const start = this.#from + Math.max(0, after - this.oldestRevision);
    return this.#changes.slice(start, start + limit);
  }

  /** The changes in the namespace that have the request id, in order. */
  byRequest(namespace: string, requestId: string): readonly Change[] {
    return this.#requests.get(`${namespace}\n${requestId}`) ?? [];
  }

  #remember(change: Change): void {
    const name = `${change.entry.namespace}\n${change.requestId}`;
    const known = this.#requests.get(name);
    if (known === undefined) this.#requests.set(name, [change]);
    else known.push(change);
  }

  #forget(change: Change): void {
    const name = `${change.entry.namespace}\n${change.requestId}`;
    const left = this.#requests.get(name)?.filter((other) => other !== change) ?? [];
    if (left.length === 0) this.#requests.delete(name);
    else this.#requests.set(name, left);
  }
}
