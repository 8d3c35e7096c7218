import type { Alias } from '../contract/entry.js';
import { aliasNotFound } from '../contract/errors.js';
import { type SortedMap, sortedMap } from '../util/sorted-map.js';

/** The aliases of a memory store. */
export class AliasTable {
  #aliases: SortedMap<Alias> = sortedMap();
  #targets = new Map<string, number>();

  get(alias: string): Alias {
    const found = this.#aliases.get(alias);
    if (found === undefined) throw aliasNotFound(alias);
    return found;
  }

  has(alias: string): boolean {
    return this.#aliases.has(alias);
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
