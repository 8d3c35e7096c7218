/** Who wants to hear of changes of single keys. */
export class KeyListeners {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Returns what ends it. */
  add(key: string, listener: () => void): () => void {
    const all = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, all);
    // Its own function, so that one listener may be added twice.
    const own = (): void => listener();
    all.add(own);
    return () => {
      all.delete(own);
      if (all.size === 0 && this.#listeners.get(key) === all) this.#listeners.delete(key);
    };
  }

  tell(key: string): void {
    const all = this.#listeners.get(key);
    if (all !== undefined) for (const listener of [...all]) listener();
  }

  tellAll(): void {
    for (const key of [...this.#listeners.keys()]) this.tell(key);
  }
}
