/** Counts the writes that are under way in each namespace, and holds new ones back while a namespace is frozen. */
export class WriteGate {
  readonly #open = new Map<string, number>();
  readonly #frozen = new Map<string, Frozen>();

  /** Runs the write, as soon as the namespace is not frozen. */
  async pass<T>(namespace: string, write: () => Promise<T>): Promise<T> {
    for (let frozen = this.#frozen.get(namespace); frozen !== undefined; frozen = this.#frozen.get(namespace)) {
      await frozen.thawed;
    }
    this.#open.set(namespace, (this.#open.get(namespace) ?? 0) + 1);
    try {
      return await write();
    } finally {
      const left = (this.#open.get(namespace) ?? 1) - 1;
      if (left > 0) this.#open.set(namespace, left);
      else {
        this.#open.delete(namespace);
        this.#frozen.get(namespace)?.drained();
      }
    }
  }

  /** Holds back new writes. Returns a name for this freeze, when those under way are done. */
  async freeze(namespace: string): Promise<symbol> {
    this.#frozen.get(namespace)?.thaw();
    const frozen = new Frozen();
    this.#frozen.set(namespace, frozen);
    if (this.#open.has(namespace)) await frozen.whenDrained;
    return frozen.name;
  }

  isFrozen(namespace: string, name: symbol): boolean {
    return this.#frozen.get(namespace)?.name === name;
  }

  /** Lets the writes go on, if it is still this freeze that holds them. */
  thaw(namespace: string, name: symbol): void {
    const frozen = this.#frozen.get(namespace);
    if (frozen?.name !== name) return;
    this.#frozen.delete(namespace);
    frozen.thaw();
  }
}

class Frozen {
  readonly name: symbol = Symbol('freeze');
  readonly thawed: Promise<void>;
  readonly whenDrained: Promise<void>;
  thaw: () => void = () => {};
  drained: () => void = () => {};

  constructor() {
    this.thawed = new Promise((resolve) => {
      this.thaw = resolve;
    });
    this.whenDrained = new Promise((resolve) => {
      this.drained = resolve;
    });
  }
}
