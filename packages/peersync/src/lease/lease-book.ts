import type { Lease } from './lease.js';
import type { Decision } from './rules.js';

/** Where leases are kept on the disk. */
export interface LeaseRecords {
  load(): Promise<ReadonlyMap<string, Lease>>;
  /** Returns when the lease is on the disk. */
  save(namespace: string, lease: Lease): Promise<void>;
}

/**
 * A node's leases. Changes of one namespace happen one after another. A right that is given up is given up in memory
 * first, one that is gained is on the disk first: a crash in between never leaves two holders.
 */
export class LeaseBook {
  readonly #records: LeaseRecords;
  readonly #leases: Map<string, Lease>;
  readonly #changing = new Map<string, Promise<unknown>>();

  private constructor(records: LeaseRecords, leases: Map<string, Lease>) {
    this.#records = records;
    this.#leases = leases;
  }

  static async open(records: LeaseRecords): Promise<LeaseBook> {
    return new LeaseBook(records, new Map(await records.load()));
  }

  get(namespace: string): Lease | undefined {
    return this.#leases.get(namespace);
  }

  /** Whether this node may write into the namespace. */
  owns(namespace: string): boolean {
    return this.#leases.get(namespace)?.is === 'owned';
  }

  /** The namespaces that this node may write into. */
  holdings(): string[] {
    return [...this.#leases].filter(([, lease]) => lease.is === 'owned').map(([namespace]) => namespace);
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
    const { lease, answer } = rule(this.#leases.get(namespace));
    if (lease === undefined) return answer;
    if (lease.is !== 'owned') this.#leases.set(namespace, lease);
    await this.#records.save(namespace, lease);
    this.#leases.set(namespace, lease);
    return answer;
  }
}
