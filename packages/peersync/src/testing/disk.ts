import type { Lease } from '../lease/lease.js';

/** One version of a key, in the simulated store. */
export interface Row {
  readonly key: string;
  readonly version: number;
  readonly value: string;
}

/** The state that outlives a crash of the node. */
export class Disk {
  readonly leases: Map<string, Lease> = new Map();
  /** The rows of each namespace, in the order in which they were written. */
  readonly rows: Map<string, Row[]> = new Map();

  last(namespace: string, key: string): Row | undefined {
    return this.rows.get(namespace)?.findLast((row) => row.key === key);
  }

  put(namespace: string, row: Row): void {
    const rows = this.rows.get(namespace) ?? [];
    if (!rows.some(({ key, version }) => key === row.key && version === row.version)) rows.push(row);
    this.rows.set(namespace, rows);
  }
}
