import type { Alias } from '../contract/entry.js';
import { type SortedMap, sortedMap } from '../util/sorted-map.js';

/** The aliases of a memory store. */
export class AliasTable {
  #aliases: SortedMap<Alias> = sortedMap();
  #targets = new Map<string, number>();

  get(alias: string): Alias | undefined {
    return this.#aliases.get(alias);
  }

  isTarget(name: string): boolean {
    return this.#targets.has(name);
  }

  list(): Alias[] {
    return this.#aliases.valuesArray();
  }

  set(alias: Alias): void {
    this.#aliases.set(alias.alias, alias);
    this.#targets.set(alias.target, (this.#targets.get(alias.target) ?? 0) + 1);
  }

  delete(alias: Alias): void {
    this.#aliases.delete(alias.alias);
    const left = (this.#targets.get(alias.target) ?? 1) - 1;
    if (left === 0) this.#targets.delete(alias.target);
    else this.#targets.set(alias.target, left);
  }
}
