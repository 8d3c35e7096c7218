/** The answers that clients of a cluster were given, and the checks on them. */
export class ClusterHistory {
  readonly breaches: string[] = [];
  acknowledged = 0;
  /** The value of every version that somebody was told, by namespace, key and version. */
  readonly #values = new Map<string, Map<number, string>>();
  /** Namespaces that were claimed from a node that was gone: what only that one had is lost, and said to be. */
  readonly #lossy = new Set<string>();

  /** The newest version of the key that was acknowledged so far. */
  newest(namespace: string, key: string): number {
    return Math.max(0, ...(this.#values.get(`${namespace}/${key}`)?.keys() ?? []));
  }

  claimedFromLost(namespace: string): void {
    this.#lossy.add(namespace);
  }

  isLossy(namespace: string): boolean {
    return this.#lossy.has(namespace);
  }

  /** A write was acknowledged, which began when `newestBefore` was the newest version. */
  wrote(namespace: string, key: string, version: number, value: string, newestBefore: number): void {
    this.acknowledged += 1;
    if (version <= newestBefore) this.#breach(namespace, `${key}: version ${version} written after ${newestBefore}`);
    this.#saw(namespace, key, version, value);
  }

  /** A read was answered, which began when `newestBefore` was the newest version. */
  read(namespace: string, key: string, version: number, value: string, newestBefore: number): void {
    if (version < newestBefore) this.#breach(namespace, `${key}: version ${version} read after ${newestBefore}`);
    if (version > 0) this.#saw(namespace, key, version, value);
  }

  /** The final state of one key. */
  kept(namespace: string, key: string, values: ReadonlyMap<number, string>): void {
    for (const [version, value] of this.#values.get(`${namespace}/${key}`) ?? []) {
      const found = values.get(version);
      if (found !== value) this.#breach(namespace, `${key}: version ${version} is ${found} in the end, not ${value}`);
    }
  }

  #saw(namespace: string, key: string, version: number, value: string): void {
    const name = `${namespace}/${key}`;
    const versions = this.#values.get(name) ?? new Map<number, string>();
    this.#values.set(name, versions);
    const known = versions.get(version) ?? value;
    versions.set(version, known);
    if (known !== value) this.#breach(namespace, `${key}: version ${version} is ${known} and ${value}`);
  }

  #breach(namespace: string, what: string): void {
    if (!this.#lossy.has(namespace)) this.breaches.push(`${namespace} ${what}`);
  }
}
