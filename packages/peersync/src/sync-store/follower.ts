import { isConfigError } from '@cfg/core';
import type { Clock } from '../clock.js';
import type { NamespaceData } from '../handover/data.js';
import type { LeaseBook } from '../lease/lease-book.js';
import type { Holding, LogPlace, Peer, Peers } from '../lease/peer.js';
import { type LeaseRules, leaseRules } from '../lease/rules.js';

/** How often the other nodes are asked what has changed, in milliseconds. */
const usualMs = 1_000;

const beginning: LogPlace = { position: 0, logId: '' };

export interface FollowerParts<R> {
  readonly book: LeaseBook;
  readonly peers: Peers<R>;
  readonly data: NamespaceData<R>;
  readonly clock: Clock;
  /** Whether this node is to have a copy of the namespace beside that holder. */
  readonly isFollowed: (namespace: string, holder: string) => boolean;
  readonly everyMs?: number | undefined;
  readonly rules?: LeaseRules | undefined;
}

/** How far one node is copied. */
interface Followed {
  place: LogPlace;
  /** By namespace, the position up to which it is copied. */
  readonly copied: Map<string, number>;
}

/**
 * Keeps copies of namespaces that others hold, for when they are gone: of those that the ring gives to this node to
 * follow. A copy is behind its holder by a second or two; what it costs grows with what changes.
 */
export class Follower<R> {
  readonly #parts: FollowerParts<R>;
  readonly #followed = new Map<string, Followed>();
  /** When each copy was last the same as what its holder had, by the clock. */
  readonly #freshAt = new Map<string, number>();
  #callOff = (): void => {};
  #isClosed = false;
  #round: Promise<void> = Promise.resolve();

  constructor(parts: FollowerParts<R>) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#isClosed) return;
    const { clock, everyMs = usualMs } = this.#parts;
    this.#callOff = clock.after(everyMs, () => {
      this.#round = this.#copyAll().finally(() => this.start());
    });
  }

  /** Resolves when nothing is written any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#callOff();
    await this.#round;
  }

  /** Members came or went: others may be followed now. What is copied is not copied again. */
  membersChanged(): void {
    for (const followed of this.#followed.values()) followed.place = beginning;
  }

  /** How old the copy is, in milliseconds; undefined where this is not known. */
  ageMs(namespace: string): number | undefined {
    const at = this.#freshAt.get(namespace);
    return at === undefined ? undefined : Math.max(0, Math.round(this.#parts.clock.now() - at));
  }

  async #copyAll(): Promise<void> {
    const { peers } = this.#parts;
    const present = new Set(peers.present());
    for (const id of this.#followed.keys()) if (!present.has(id)) this.#followed.delete(id);
    await Promise.all([...present].map((id) => this.#copyFrom(id)));
  }

  /** Who is away is asked again in a while. */
  async #copyFrom(id: string): Promise<void> {
    const followed = this.#followed.get(id) ?? { place: beginning, copied: new Map<string, number>() };
    this.#followed.set(id, followed);
    const began = this.#parts.clock.now();
    const { place } = followed;
    try {
      const peer = this.#parts.peers.get(id);
      const { holdings, complete, released, position, logId } = await peer.changes(place);
      if (logId !== place.logId) followed.copied.clear();
      const held = complete ? new Set(holdings.map(({ namespace }) => namespace)) : undefined;
      const given = held === undefined ? released : [...followed.copied.keys()].filter((name) => !held.has(name));
      // The holder now is another node: what this one says of its own log tells nothing of how old the copy is.
      for (const namespace of given) followed.copied.delete(namespace);
      for (const holding of holdings) await this.#copy(holding, id, peer, followed.copied);
      for (const namespace of followed.copied.keys()) this.#freshAt.set(namespace, began);
      if (followed.place === place) followed.place = { position, logId };
    } catch (error) {
      if (!isConfigError(error)) throw error;
      followed.place = beginning;
      if (!isConfigError(error, 'unavailable')) followed.copied.clear();
    }
  }

  async #copy({ namespace, term }: Holding, from: string, peer: Peer<R>, copied: Map<string, number>): Promise<void> {
    const { book, data, isFollowed, rules = leaseRules } = this.#parts;
    const isMine = isFollowed(namespace, from);
    if (!isMine || !(await book.change(namespace, (lease) => rules.follow(lease, { by: from, term })))) {
      copied.delete(namespace);
      return;
    }
    for await (const { records, position } of peer.pull(namespace, copied.get(namespace) ?? 0)) {
      if (this.#isClosed || book.get(namespace)?.is !== 'handed') return;
      await data.put(namespace, records);
      if (position > 0) copied.set(namespace, position);
    }
    await book.change(namespace, rules.whole);
  }
}
