import type { Lease } from './lease.js';
import type { Holding } from './peer.js';
import type { Decision } from './rules.js';

/** Where leases are kept on the disk. */
export interface LeaseRecords {
  load(): Promise<ReadonlyMap<string, Lease>>;
  /** Returns when the lease is on the disk. */
  save(namespace: string, lease: Lease): Promise<void>;
}

/** Told of a lease that has changed. */
export type LeaseChanged = (namespace: string, before: Lease | undefined, now: Lease) => void;

/**
 * A node's leases. Changes of one namespace happen one after another. A right that is given up is given up in memory
 * first, one that is gained is on the disk first: a crash in between never leaves two holders.
 */
export class LeaseBook {
  readonly #records: LeaseRecords;
  readonly #leases: Map<string, Lease>;
  readonly #changed: LeaseChanged;
  readonly #changing = new Map<string, Promise<unknown>>();

  private constructor(records: LeaseRecords, leases: Map<string, Lease>, changed: LeaseChanged) {
    this.#records = records;
    this.#leases = leases;
    this.#changed = changed;
  }

  /** `changed` is called after each change that is in force. It must not throw. */
  static async open(records: LeaseRecords, changed: LeaseChanged = () => {}): Promise<LeaseBook> {
    return new LeaseBook(records, new Map(await records.load()), changed);
  }

  get(namespace: string): Lease | undefined {
    return this.#leases.get(namespace);
  }

  /** Whether this node may write into the namespace. */
  owns(namespace: string): boolean {
    return this.#leases.get(namespace)?.is === 'owned';
  }

  /** The namespaces that this node may write into. */
  holdings(): Holding[] {
    return [...this.#leases].flatMap(([namespace, { is, term }]) => (is === 'owned' ? [{ namespace, term }] : []));
  }

  [Symbol.iterator](): MapIterator<[string, Lease]> {
    return this.#leases.entries();
  }

  /** Applies a rule to the lease, and returns its answer when what it decides is on the disk. */
  change<A>(namespace: string, rule: (lease: Lease | undefined) => Decision<A>): Promise<A> {
    const before = this.#changing.get(namespace) ?? Promise.resolve();
    const change = before.catch(() => {}).then(() => this.#apply(namespace, rule));
    this.#changing.set(namespace, change);
    const forget = (): void => {
      if (this.#changing.get(namespace) === change) this.#changing.delete(namespace);
    };
    change.then(forget, forget);
    return change;
  }

  async #apply<A>(namespace: string, rule: (lease: Lease | undefined) => Decision<A>): Promise<A> {
    const before = this.#leases.get(namespace);
    const { lease, answer } = rule(before);
    if (lease === undefined) return answer;
    if (lease.is !== 'owned') this.#leases.set(namespace, lease);
    await this.#records.save(namespace, lease);
    this.#leases.set(namespace, lease);
    this.#changed(namespace, before, lease);
    return answer;
  }
}
