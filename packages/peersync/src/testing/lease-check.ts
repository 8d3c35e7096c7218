import type { Row } from './disk.js';
import type { LeaseLife, Read } from './lease-surroundings.js';
import type { Simulation } from './simulation.js';

const name = (namespace: string, key: string): string => `${namespace}/${key}`;

/** Looks on at everything that a cluster does, and tells what must not be. */
export class LeaseCheck {
  readonly breaches: string[] = [];
  writes = 0;
  /** Reads that were answered from a copy. */
  copies = 0;
  /** Who wrote in each term of each namespace. */
  readonly #writers = new Map<string, string>();
  /** The values of each version that was acknowledged. */
  readonly #values = new Map<string, string>();
  /** The newest version of each key that was acknowledged. */
  readonly #newest = new Map<string, Row>();
  /** Namespaces that were claimed from a lost holder: what only that one had is lost, and said to be. */
  readonly #claimed = new Set<string>();
  readonly #namespaces = new Set<string>();
  /** When each version of a key was acknowledged. */
  readonly #acknowledged = new Map<string, { readonly version: number; readonly at: number }[]>();
  /** When a node began to copy a namespace. */
  readonly #followed = new Map<string, number>();
  readonly #simulation: Simulation;
  #count = 0;
  #unfinished = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  namespaces(): string[] {
    return [...this.#namespaces];
  }

  claimed(namespace: string): void {
    this.#claimed.add(namespace);
  }

  followed(node: LeaseLife, namespace: string): void {
    const name = `${node.id} ${namespace}`;
    if (!this.#followed.has(name)) this.#followed.set(name, this.#simulation.now());
  }

  /** I1: in each term one node writes. */
  wrote(node: LeaseLife, namespace: string, row: Row): void {
    const lease = node.book.get(namespace);
    if (lease?.is !== 'owned') this.#breach(`${node.id} writes ${name(namespace, row.key)} without holding it`);
    const term = `${namespace} in term ${lease?.term}`;
    const writer = this.#writers.get(term) ?? node.id;
    this.#writers.set(term, writer);
    if (writer !== node.id) this.#breach(`I1: ${writer} and ${node.id} both write ${term}`);
  }

  async set(node: LeaseLife, namespace: string, key: string): Promise<void> {
    this.#namespaces.add(namespace);
    const value = `${node.id}#${this.#count++}`;
    const row = await node.set(namespace, key, value);
    this.writes += 1;
    if (this.#claimed.has(namespace)) return;
    const version = `${name(namespace, key)} version ${row.version}`;
    const known = this.#values.get(version) ?? row.value;
    this.#values.set(version, known);
    if (known !== row.value) this.#breach(`I3: ${version} is both ${known} and ${row.value}`);
    const newest = this.#newest.get(name(namespace, key));
    if (newest === undefined || newest.version < row.version) this.#newest.set(name(namespace, key), row);
    const acknowledged = this.#acknowledged.get(name(namespace, key)) ?? [];
    acknowledged.push({ version: row.version, at: this.#simulation.now() });
    this.#acknowledged.set(name(namespace, key), acknowledged);
  }

  /** I7: with everyone there, every node can write and read. */
  async mustServe(node: LeaseLife, namespace: string, key: string): Promise<void> {
    this.#unfinished += 1;
    try {
      await this.set(node, namespace, key);
      await this.get(node, namespace, key);
    } catch (error) {
      this.#breach(`I7: ${node.id} does not serve ${namespace}: ${(error as Error).message}`);
    } finally {
      this.#unfinished -= 1;
    }
  }

  /** I4: a read sees every write that was acknowledged before it began. */
  async get(node: LeaseLife, namespace: string, key: string): Promise<void> {
    const before = this.#newest.get(name(namespace, key));
    const began = this.#simulation.now();
    const { row, copy } = await node.get(namespace, key);
    if (copy !== undefined) return this.#copied(copy, namespace, key, row, began);
    if (this.#claimed.has(namespace) || before === undefined) return;
    if ((row?.version ?? 0) < before.version) {
      this.#breach(`I4: ${node.id} reads version ${row?.version} of ${name(namespace, key)}, after ${before.version}`);
    }
  }

  /**
   * I4, of a copy: it has everything that was acknowledged before the time from which it says to be; and where it does
   * not know its age, before it was begun.
   */
  #copied(copy: NonNullable<Read['copy']>, namespace: string, key: string, row: Row | undefined, began: number): void {
    this.copies += 1;
    if (this.#claimed.has(namespace)) return;
    const { at, ageMs } = copy;
    const asOf = ageMs === undefined ? (this.#followed.get(`${at.id} ${namespace}`) ?? 0) : began - ageMs;
    const before = (this.#acknowledged.get(name(namespace, key)) ?? []).filter((version) => version.at < asOf);
    const least = Math.max(0, ...before.map(({ version }) => version));
    if ((row?.version ?? 0) >= least) return;
    this.#breach(
      `I4: the copy of ${name(namespace, key)} at ${at.id}, ${ageMs} ms old, has version ${row?.version}, not ${least}`,
    );
  }

  stuck(): void {
    if (this.#unfinished > 0) this.#breach(`I7: ${this.#unfinished} calls do not end`);
  }

  /** I2: what was acknowledged is there, at the one node that holds the namespace. */
  finish(nodes: readonly LeaseLife[]): void {
    for (const namespace of this.#namespaces) {
      const holders = nodes.filter((node) => node.book.owns(namespace));
      if (holders.length !== 1)
        this.#breach(`${namespace} is held by ${holders.map(({ id }) => id).join(' and ') || 'nobody'}`);
      if (this.#claimed.has(namespace)) continue;
      const rows = new Map(
        holders[0]?.disk.rows.get(namespace)?.map((row) => [`${row.key} version ${row.version}`, row.value]),
      );
      for (const [version, value] of this.#values) {
        if (!version.startsWith(`${namespace}/`)) continue;
        const kept = rows.get(version.slice(namespace.length + 1));
        if (kept !== value) this.#breach(`I2: ${version} is ${kept}, not ${value}`);
      }
    }
  }

  #breach(what: string): void {
    this.breaches.push(what);
  }
}
