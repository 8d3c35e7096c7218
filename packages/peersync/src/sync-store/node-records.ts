import { type EncodedValue, isConfigError, type Store } from '@cfg/core';
import type { KeptEpoch } from '../cluster/options.js';
import type { Lease } from '../lease/lease.js';
import type { LeaseRecords } from '../lease/lease-book.js';

/** The namespace of a node's own store in which it keeps what is its own. It is in no ring, and nobody else sees it. */
export const nodeNamespace = 'internal:peersync';

const leasePrefix = 'lease/';
const epochKey = 'epoch';

/** A node's leases, and the ring's last epoch, in the node's own store. */
export class NodeRecords implements LeaseRecords {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async load(): Promise<ReadonlyMap<string, Lease>> {
    const { entries } = await this.#store.find(nodeNamespace, { prefix: leasePrefix });
    const records = entries.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()) as Record);
    return new Map(records.map(({ namespace, lease }) => [namespace, lease]));
  }

  async save(namespace: string, lease: Lease): Promise<void> {
    await this.#store.set(nodeNamespace, leaseKey(namespace), json({ namespace, lease } satisfies Record));
  }

  readonly epoch: KeptEpoch = {
    load: async () => {
      try {
        const { bytes } = await this.#store.get(nodeNamespace, epochKey);
        return Number(JSON.parse(Buffer.from(bytes).toString()));
      } catch (error) {
        if (isConfigError(error, 'not_found')) return 0;
        throw error;
      }
    },
    save: async (epoch) => {
      await this.#store.set(nodeNamespace, epochKey, json(epoch));
    },
  };
}

/** A namespace may have characters that a key may not. */
const leaseKey = (namespace: string): string => leasePrefix + Buffer.from(`/${namespace}`).toString('hex');

/** The namespace whose lease is kept under the key; undefined for another key. */
export function namespaceOfLease(key: string): string | undefined {
  if (!key.startsWith(leasePrefix)) return undefined;
  return Buffer.from(key.slice(leasePrefix.length), 'hex').toString().slice(1);
}

interface Record {
  readonly namespace: string;
  readonly lease: Lease;
}

const json = (data: unknown): EncodedValue => ({
  bytes: Buffer.from(JSON.stringify(data)),
  codec: 'json',
  type: typeof data === 'number' ? 'int' : 'custom',
});
