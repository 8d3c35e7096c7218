import { ConfigError } from '@cfg/core';
import type { Clock } from '../clock.js';
import type { LeaseBook } from '../lease/lease-book.js';
import type { DataPage } from '../lease/peer.js';
import { type LeaseRules, leaseRules } from '../lease/rules.js';
import type { WriteGate } from '../lease/write-gate.js';
import type { NamespaceData } from './data.js';

/** Longest that the holder holds back writes for a handover. */
export const freezeMs = 2_000;

interface Freeze {
  readonly name: symbol;
  readonly thaw: () => void;
  /** The changes that the taker must have before it may hold the namespace; undefined while they are being read. */
  position?: number;
}

/** The holder's side of a handover. */
export class HandoverGiver<R> {
  readonly #book: LeaseBook;
  readonly #gate: WriteGate;
  readonly #data: NamespaceData<R>;
  readonly #clock: Clock;
  readonly #rules: LeaseRules;
  readonly #freezes = new Map<string, Freeze>();

  constructor(book: LeaseBook, gate: WriteGate, data: NamespaceData<R>, clock: Clock, rules: LeaseRules = leaseRules) {
    this.#book = book;
    this.#gate = gate;
    this.#data = data;
    this.#clock = clock;
    this.#rules = rules;
  }

  /**
   * The changes that the taker still lacks when writes are held back. Writes go on after {@link freezeMs}, after the handover, or
   * at once where that is too much for a moment: it cannot be handed over then.
   */
  async freeze(namespace: string, position: number): Promise<DataPage<R>> {
    this.#check(namespace);
    const name = await this.#gate.freeze(namespace);
    this.#freezes.get(namespace)?.thaw();
    const callOff = this.#clock.after(freezeMs, () => thaw());
    const thaw = (): void => {
      callOff();
      this.#gate.thaw(namespace, name);
      if (this.#freezes.get(namespace)?.name === name) this.#freezes.delete(namespace);
    };
    const freeze: Freeze = { name, thaw };
    this.#freezes.set(namespace, freeze);
    try {
      this.#check(namespace);
      const { records, position: end, isAll } = await this.#data.last(namespace, position);
      if (isAll) freeze.position = end;
      else thaw(); // the taker has to pull again first
      return { records, position: end };
    } catch (error) {
      thaw();
      throw error;
    }
  }

  /**
   * Makes `to` the holder, if writes are still held back and it has everything up to the position that the freeze told:
   * an order that comes late, or from an attempt before, does nothing. Returns the new term, or undefined.
   */
  async hand(namespace: string, to: string, position: number): Promise<number | undefined> {
    const freeze = this.#freezes.get(namespace);
    const term = await this.#book.change(namespace, (lease) =>
      this.#rules.hand(lease, to, freeze?.position === position && this.#gate.isFrozen(namespace, freeze.name)),
    );
    freeze?.thaw(); // those who waited now find the new holder
    return term;
  }

  #check(namespace: string): void {
    if (!this.#book.owns(namespace)) throw new ConfigError('unavailable', `namespace ${namespace} is not held here`);
  }
}
