import { randomUUID } from 'node:crypto';
import { ChangeType, type WatchResponse } from '@cfg/proto';
import { changeFrame } from './frame.js';

/** A change with the number that this gateway gave it. */
export interface NumberedChange {
  readonly number: number;
  readonly id: string;
  readonly frame: Buffer;
  readonly namespace: string;
  readonly key: string;
  readonly isAlias: boolean;
}

/** Takes changes as they come. */
export interface ChangeSink {
  /** The namespaces that it wants; empty: all. */
  readonly namespaces: readonly string[];
  deliver(change: NumberedChange): void;
  /** There are no more. */
  fail(error: unknown): void;
}

/** Starts the subscription; resolves when it is accepted. */
export type Subscribe = (signal: AbortSignal) => Promise<AsyncIterable<WatchResponse>>;

/**
 * The changes of a store without revisions: one subscription for all clients, begun with the first, in which the gateway
 * counts, and keeps the last ones for clients that come back. A subscription that breaks may have missed something, so
 * the next one has another name, and its clients are told.
 */
export class SharedChanges {
  readonly #subscribe: Subscribe;
  readonly #size: number;
  #current: Promise<Subscription> | undefined;
  readonly #stop = new AbortController();

  constructor(subscribe: Subscribe, size: number) {
    this.#subscribe = subscribe;
    this.#size = size;
  }

  /** The subscription, accepted. Fails if it is not, and tries anew the next time. */
  current(): Promise<Subscription> {
    this.#current ??= this.#begin();
    return this.#current;
  }

  close(): void {
    this.#stop.abort();
  }

  async #begin(): Promise<Subscription> {
    const forget = (): void => {
      this.#current = undefined;
    };
    try {
      const messages = await this.#subscribe(this.#stop.signal);
      const subscription = new Subscription(this.#size);
      void subscription.follow(messages).finally(forget);
      return subscription;
    } catch (error) {
      forget();
      throw error;
    }
  }
}

export class Subscription {
  /** The name of this count, in the ids of its events. */
  readonly name: string = randomUUID();
  readonly #size: number;
  readonly #ring: (NumberedChange | undefined)[];
  readonly #sinks = new Map<string, Set<ChangeSink>>();
  #last = 0;
  #fault: { readonly error: unknown } | undefined;

  constructor(size: number) {
    this.#size = size;
    this.#ring = new Array<NumberedChange | undefined>(size);
  }

  /** The number of the newest change. */
  get last(): number {
    return this.#last;
  }

  /** Whether all changes after `number` are still kept. */
  reaches(number: number): boolean {
    return number >= this.#last - this.#size && number <= this.#last;
  }

  /** The change of that number, which {@link reaches} must be true of. */
  at(number: number): NumberedChange {
    return this.#ring[number % this.#size] as NumberedChange;
  }

  add(sink: ChangeSink): void {
    if (this.#fault) {
      sink.fail(this.#fault.error);
      return;
    }
    for (const namespace of placesOf(sink)) {
      const sinks = this.#sinks.get(namespace) ?? new Set();
      this.#sinks.set(namespace, sinks.add(sink));
    }
  }

  delete(sink: ChangeSink): void {
    for (const namespace of placesOf(sink)) {
      const sinks = this.#sinks.get(namespace);
      sinks?.delete(sink);
      if (sinks?.size === 0) this.#sinks.delete(namespace);
    }
  }

  async follow(messages: AsyncIterable<WatchResponse>): Promise<void> {
    try {
      for await (const message of messages) this.#take(message);
      this.#end(new Error('the subscription ended'));
    } catch (error) {
      this.#end(error);
    }
  }

  #take(message: WatchResponse): void {
    const made = changeFrame(message, this.#last + 1, this.name);
    if (made === undefined) return;
    const { id, bytes: frame } = made;
    this.#last += 1;
    const { type, entry } = message;
    const isAlias = type === ChangeType.CHANGE_TYPE_ALIAS_SET || type === ChangeType.CHANGE_TYPE_ALIAS_DELETE;
    const namespace = entry?.namespace ?? '';
    const change = { number: this.#last, id, frame, namespace, key: entry?.key ?? '', isAlias };
    this.#ring[change.number % this.#size] = change;
    if (isAlias) {
      for (const sink of this.#everyone()) sink.deliver(change);
    } else {
      for (const place of [everywhere, namespace]) {
        for (const sink of this.#sinks.get(place) ?? []) sink.deliver(change);
      }
    }
  }

  #end(error: unknown): void {
    this.#fault = { error };
    for (const sink of this.#everyone()) sink.fail(error);
    this.#sinks.clear();
  }

  #everyone(): Set<ChangeSink> {
    return new Set([...this.#sinks.values()].flatMap((sinks) => [...sinks]));
  }
}

/** Where sinks without a namespace are: no namespace has this name. */
const everywhere = '*';

const placesOf = ({ namespaces }: ChangeSink): readonly string[] =>
  namespaces.length === 0 ? [everywhere] : [...new Set(namespaces)];
