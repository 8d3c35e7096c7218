import type { Change } from '../contract/change.js';
import { isInTrailRange } from '../local-store/audit.js';
import type { TrailRange } from '../local-store/engine.js';
import { cutoff } from '../local-store/retention.js';

/** The approximate size of a change beside its value, in bytes. */
const overhead = 200;

/** How many changes one page of the log holds. */
const pageSize = 1_024;

const weightOf = (change: Change): number => overhead + change.entry.size;

const pageNumberOf = (revision: number): number => Math.floor((revision - 1) / pageSize);

/** The log's window: the newest changes without a hole, up to a number and a weight, and their request ids. */
export class MemoryLog {
  readonly #limit: number;
  readonly #maxBytes: number;
  readonly #ageMs: number;
  /** Page n holds the changes after revision n·pageSize; those that left the window are `undefined`. */
  #pages = new Map<number, (Change | undefined)[]>();
  #revision = 0;
  #oldest = 0;
  #bytes = 0;
  #requests = new Map<string, Change[]>();

  /** `ageMs` 0: age does not matter. */
  constructor(limit: number, maxBytes: number, ageMs: number) {
    this.#limit = limit;
    this.#maxBytes = maxBytes;
    this.#ageMs = ageMs;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Everything after it can be read. */
  get oldestRevision(): number {
    return this.#oldest;
  }

  /** Adds a change. Calls `onDrop` for each that leaves the window. */
  push(change: Change, onDrop: (change: Change) => void): void {
    const number = pageNumberOf(change.revision);
    const page = this.#pages.get(number);
    if (page === undefined) this.#pages.set(number, [change]);
    else page.push(change);
    this.#revision = change.revision;
    this.#bytes += weightOf(change);
    if (change.requestId !== '') this.#remember(change);
    const before = cutoff(change.entry.updatedAtMs, this.#ageMs);
    const isOver = (): boolean =>
      this.#revision - this.#oldest > this.#limit ||
      this.#bytes > this.#maxBytes ||
      this.#at(this.#oldest + 1).entry.updatedAtMs <= before;
    while (this.#oldest < this.#revision && isOver()) onDrop(this.#shift());
  }

  /** Up to `limit` changes after `after`; what has left the window is left out at the beginning. */
  read(after: number, limit: number): Change[] {
    const changes: Change[] = [];
    const first = Math.max(after, this.#oldest) + 1;
    for (let revision = first; revision <= this.#revision && changes.length < limit; revision += 1) {
      changes.push(this.#at(revision));
    }
    return changes;
  }

  /** Changes of that part of the window, newest first. */
  newest(range: TrailRange): Change[] {
    const changes: Change[] = [];
    let bytes = 0;
    for (let revision = Math.min(range.before - 1, this.#revision); revision > this.#oldest; revision -= 1) {
      const change = this.#at(revision);
      if (!isInTrailRange(change, range)) continue;
      changes.push(change);
      bytes += change.entry.size;
      if (changes.length >= range.limit || (bytes > range.maxBytes && changes.length > 1)) break;
    }
    return changes;
  }

  /** The changes in the namespace that have the request id, in order. */
  byRequest(namespace: string, requestId: string): readonly Change[] {
    return this.#requests.get(`${namespace}\n${requestId}`) ?? [];
  }

  #at(revision: number): Change {
    return this.#pages.get(pageNumberOf(revision))?.[(revision - 1) % pageSize] as Change;
  }

  #shift(): Change {
    const revision = this.#oldest + 1;
    const change = this.#at(revision);
    const number = pageNumberOf(revision);
    // Emptied one by one: each may hold a large value.
    if (revision % pageSize === 0) this.#pages.delete(number);
    else (this.#pages.get(number) as (Change | undefined)[])[(revision - 1) % pageSize] = undefined;
    this.#oldest = revision;
    this.#bytes -= weightOf(change);
    if (change.requestId !== '') this.#forget(change);
    return change;
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
