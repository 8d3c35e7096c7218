import { formatEventId, type LogPosition } from './event-id.js';
import type { EventStream } from './event-stream.js';
import type { WatchFilters } from './filters.js';
import { resetFrame } from './frame.js';
import type { ChangeSink, NumberedChange, Subscription } from './shared-changes.js';

/** One client's part in the shared changes. Holds no queue: what its socket does not take now, it reads later. */
export class SharedWatch implements ChangeSink {
  readonly namespaces: readonly string[];
  /** Whether the client may see aliases. */
  showsAliases = false;
  readonly #prefixes: readonly string[];
  readonly #subscription: Subscription;
  readonly #stream: EventStream;
  /** Up to where the client has seen everything, as long as its socket is full. */
  #at = 0;
  #isFull = false;
  #end: (outcome: { readonly error?: unknown }) => void = () => {};
  readonly #ended: Promise<{ readonly error?: unknown }>;

  constructor(subscription: Subscription, stream: EventStream, filters: WatchFilters) {
    this.#subscription = subscription;
    this.#stream = stream;
    this.namespaces = filters.namespaces;
    this.#prefixes = filters.prefixes;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Sends what came after `position`, if it can be had, then what comes, until the subscription or `signal` ends. */
  async run(position: LogPosition | 'unknown' | undefined, signal: AbortSignal): Promise<void> {
    const leave = (): void => this.#end({});
    signal.addEventListener('abort', leave);
    try {
      this.#begin(position);
      const { error } = signal.aborted ? {} : await this.#ended;
      if (error !== undefined) throw error;
    } finally {
      signal.removeEventListener('abort', leave);
      this.#subscription.delete(this);
    }
  }

  deliver(change: NumberedChange): void {
    if (this.#isFull) return;
    this.#take(change);
  }

  fail(error: unknown): void {
    this.#end({ error });
  }

  #begin(position: LogPosition | 'unknown' | undefined): void {
    const subscription = this.#subscription;
    const known = position !== undefined && position !== 'unknown' && position.logId === subscription.name;
    const at = known && subscription.reaches(position.revision) ? position.revision : undefined;
    if (position !== undefined && at === undefined) {
      void this.#stream.write(resetFrame(known ? 'REVISION_COMPACTED' : 'UNKNOWN_EVENT_ID'));
    }
    this.#at = at ?? subscription.last;
    if (at === undefined) void this.#stream.advance(formatEventId(this.#at, subscription.name));
    subscription.add(this);
    this.#stream.place = () => formatEventId(this.#isFull ? this.#at : subscription.last, subscription.name);
    this.#catchUp();
  }

  #take(change: NumberedChange): void {
    this.#at = change.number;
    if (!this.#shows(change)) return;
    const waiting = this.#stream.write(change.frame, change.id);
    if (waiting === undefined) return;
    this.#isFull = true;
    void waiting.then(() => {
      this.#isFull = false;
      this.#catchUp();
    });
  }

  /** Takes what has come while the socket was full. */
  #catchUp(): void {
    const subscription = this.#subscription;
    while (!this.#isFull && this.#at < subscription.last) {
      if (!subscription.reaches(this.#at)) {
        this.#stream.endTooSlow();
        this.#end({});
        return;
      }
      this.#take(subscription.at(this.#at + 1));
    }
  }

  #shows({ namespace, key, isAlias }: NumberedChange): boolean {
    if (isAlias) return this.showsAliases;
    if (this.namespaces.length > 0 && !this.namespaces.includes(namespace)) return false;
    return this.#prefixes.length === 0 || this.#prefixes.some((prefix) => key.startsWith(prefix));
  }
}
