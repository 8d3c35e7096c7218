import { ConfigError } from '@cfg/core';
import type { LeaseBook } from '../lease/lease-book.js';
import type { Peer, Peers } from '../lease/peer.js';
import { accept, receive } from '../lease/rules.js';
import type { NamespaceData } from './data.js';

/** How often a handover is tried when writes could not be held back for long enough. */
const attempts = 3;

/** Pulls go on while one brings more than a few records, as writes go on meanwhile; for so many rounds at most. */
const rounds = 20;
const few = 200;

/**
 * The new holder's side of a handover. Whatever crashes in between, exactly one of the two may write: the old one until
 * the word to hand over is on its disk, from then on only the new one, which has all data by then.
 */
export class HandoverTaker<R> {
  readonly #book: LeaseBook;
  readonly #peers: Peers<R>;
  readonly #data: NamespaceData<R>;
  readonly #taking = new Map<string, Promise<boolean>>();

  constructor(book: LeaseBook, peers: Peers<R>, data: NamespaceData<R>) {
    this.#book = book;
    this.#peers = peers;
    this.#data = data;
  }

  /**
   * Takes the namespace over from its holder, who is there. Returns whether this node holds it now: false if the other
   * one does not hold it any more. Fails with `unavailable` where it cannot be finished now; it can be tried again.
   */
  take(namespace: string, from: string): Promise<boolean> {
    const taking = this.#taking.get(namespace) ?? this.#take(namespace, from);
    this.#taking.set(namespace, taking);
    const forget = (): boolean => this.#taking.delete(namespace);
    taking.then(forget, forget);
    return taking;
  }

  /**
   * Finishes a handover if only its last answer is missing: lost on the way, or in a crash. Returns whether this node
   * holds the namespace. Fails with `unavailable` if the old holder does not answer.
   */
  async recover(namespace: string): Promise<boolean> {
    const lease = this.#book.get(namespace);
    if (lease?.is !== 'receiving') return this.#book.owns(namespace);
    const theirs = await this.#peers.get(lease.from).lookup(namespace);
    const isOurs = theirs?.is === 'handed' && theirs.to === this.#peers.self;
    return isOurs && this.#accept(namespace, lease.from, theirs.term);
  }

  async #take(namespace: string, from: string): Promise<boolean> {
    const { self } = this.#peers;
    const giver = this.#peers.get(from);
    const theirs = await giver.lookup(namespace);
    if (theirs?.is === 'handed' && theirs.to === self) return this.#accept(namespace, from, theirs.term);
    if (theirs?.is !== 'owned') return false;
    if (!(await this.#book.change(namespace, (lease) => receive(lease, from, theirs.term))))
      return this.#book.owns(namespace);

    let position = 0;
    for (let attempt = 0; attempt < attempts; attempt++) {
      position = await this.#pull(namespace, giver, position);
      const last = await giver.freeze(namespace, position);
      await this.#data.put(namespace, last.records);
      position = last.position;
      const term = await giver.hand(namespace, self, position);
      if (term !== undefined) return this.#accept(namespace, from, term);
    }
    throw new ConfigError('unavailable', `namespace ${namespace}: ${from} took up writing before it was handed over`);
  }

  /** Pulls until little is left. Returns the position up to which everything is here. */
  async #pull(namespace: string, giver: Peer<R>, from: number): Promise<number> {
    let position = from;
    for (let round = 0; round < rounds; round++) {
      let records = 0;
      for await (const page of giver.pull(namespace, position)) {
        await this.#data.put(namespace, page.records);
        records += page.records.length;
        position = page.position;
      }
      if (records <= few) break;
    }
    return position;
  }

  #accept(namespace: string, from: string, term: number): Promise<boolean> {
    return this.#book.change(namespace, (lease) => accept(lease, from, term));
  }
}
