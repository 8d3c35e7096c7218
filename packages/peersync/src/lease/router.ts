import { ConfigError, isConfigError } from '@cfg/core';
import type { LeaseFinder } from './finder.js';
import { holderBy } from './lease.js';
import type { LeaseBook } from './lease-book.js';
import type { WriteGate } from './write-gate.js';

/** "Not here": what a node answers to a peer that came to the wrong one. Nothing was done. */
export const notOwner = (namespace: string, owner: string): ConfigError =>
  new ConfigError('not_owner', `namespace ${namespace} is held by ${owner}`, { metadata: { owner } });

/** Who is thought to be the owner, if the error is a {@link notOwner}. */
export const ownerTold = (error: unknown): string | undefined =>
  isConfigError(error, 'not_owner') ? error.metadata.owner : undefined;

/** A call on a namespace, to be made wherever the namespace is. */
export interface RoutedCall<T> {
  readonly write: boolean;
  /** Whether a peer sent it here: it is then answered here, or refused with the owner's name, and never sent on. */
  readonly forwarded: boolean;
  here(): Promise<T>;
  /** The same call, at another node. */
  there(id: string): Promise<T>;
  /** The answer of a read from a copy that is here, where the holder is gone; undefined where there is none. */
  copy(): Promise<T> | undefined;
  /** The answer where the namespace does not exist anywhere. A write begins the namespace instead. */
  nowhere(): Promise<T>;
}

/** How often a call follows the namespace from node to node before it gives up. */
const mostMoves = 3;

export interface RouterParts {
  readonly self: string;
  readonly book: LeaseBook;
  readonly gate: WriteGate;
  readonly finder: LeaseFinder;
  readonly ringOwnerOf: (namespace: string) => string | undefined;
  /** Whether the node is there, as far as is known. */
  readonly isThere: (id: string) => boolean;
  /** Finishes a handover to this node of which only the last answer is missing. */
  readonly recover: (namespace: string) => Promise<boolean>;
}

/** Brings calls to the holder of their namespace. */
export class NamespaceRouter {
  readonly #parts: RouterParts;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  /** Another node that is there, and holds the namespace as far as this one knows. */
  likely(namespace: string): string | undefined {
    const { self, book, ringOwnerOf, isThere } = this.#parts;
    const lease = book.get(namespace);
    if (lease?.is === 'receiving') return undefined;
    const holder = holderBy(lease, self)?.by ?? ringOwnerOf(namespace);
    return holder !== undefined && holder !== self && isThere(holder) ? holder : undefined;
  }

  /** Makes the call where the namespace is held. Fails with `unavailable` where that cannot be found out. */
  async run<T>(namespace: string, call: RoutedCall<T>): Promise<T> {
    let told: string | undefined;
    for (let move = 0; ; move++) {
      const target = await this.#target(namespace, call, told, move);
      if (target === undefined) return call.nowhere();
      if (target === this.#parts.self) {
        const answer = await this.#here(namespace, call);
        if (answer !== moved) return answer;
        continue; // it was handed over while the call waited
      }
      const copied = !call.write && !this.#parts.isThere(target) ? call.copy() : undefined;
      if (copied !== undefined) return copied;
      if (call.forwarded) throw notOwner(namespace, target);
      try {
        return await call.there(target);
      } catch (error) {
        told = ownerTold(error);
        if (told === undefined || move >= mostMoves) throw error;
      }
    }
  }

  /** Who to go to: first by what this node knows, then by what a peer told, and then by asking everyone. */
  async #target<T>(
    namespace: string,
    call: RoutedCall<T>,
    told: string | undefined,
    move: number,
  ): Promise<string | undefined> {
    const { self, book, finder, ringOwnerOf, isThere, recover } = this.#parts;
    const lease = book.get(namespace);
    const known = holderBy(lease, self)?.by;
    if (known === self || (lease?.is === 'receiving' && (await recover(namespace)))) return self;
    if (move === 0 && known !== undefined && isThere(known)) return known;
    if (move === 1 && told !== undefined && told !== self) return told;
    const guess = ringOwnerOf(namespace);
    if (guess !== undefined && guess !== self) {
      if (move === 0 && isThere(guess)) return guess;
      // Gone, but perhaps it was claimed since. If not, it is still the owner's.
      if (!isThere(guess)) return (await finder.find(namespace).catch(notCertain))?.by ?? guess;
    }
    return call.write ? (await finder.begin(namespace)).by : (await finder.find(namespace))?.by;
  }

  async #here<T>(namespace: string, call: RoutedCall<T>): Promise<T | typeof moved> {
    if (!call.write) return call.here();
    const { book, gate } = this.#parts;
    return gate.pass(namespace, async () => (book.owns(namespace) ? call.here() : moved));
  }
}

const moved: unique symbol = Symbol('moved');

/** Nobody can say who holds it. */
function notCertain(error: unknown): undefined {
  if (!isConfigError(error, 'unavailable')) throw error;
  return undefined;
}
