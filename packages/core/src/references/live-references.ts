import { run } from '../util/steps.js';
import type { Value } from '../value/value.js';
import { expand } from './expand.js';
import { findStored, homeOf, type Stored } from './homes.js';

export interface LiveReferencesOptions {
  readonly layers: readonly Stored[];
  readonly open: (namespace: string) => Stored;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** A key that references lead to may be another. */
  readonly onChange: () => void;
}

/** The references in the values of one live reference: expanded, and the keys that they lead to followed. */
export class LiveReferences {
  readonly #options: LiveReferencesOptions;
  /** Functions that end the following of each key. */
  #followed = new Map<string, () => void>();

  constructor(options: LiveReferencesOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#keep(new Set()), { once: true });
  }

  /** Fails as `expand` does; the keys that were met before are followed all the same, for one may mend it. */
  async expand(values: ReadonlyMap<string, Value>): Promise<ReadonlyMap<string, Value>> {
    const { layers, open, signal } = this.#options;
    const met = new Set<string>();
    const find = (at: Stored, key: string): Promise<Value | undefined> => {
      met.add(this.#follow(at, key));
      return findStored(at, key, { signal });
    };
    const home = homeOf(layers, { open, find });
    try {
      const expanded = new Map<string, Value>();
      for (const [key, value] of values) expanded.set(key, await run(expand(value, home)));
      return expanded;
    } finally {
      this.#keep(signal.aborted ? new Set() : met);
    }
  }

  #follow(namespace: Stored, key: string): string {
    const name = `${namespace.name}:${key}`;
    // Before it is read, so that no change is missed.
    if (!this.#followed.has(name)) this.#followed.set(name, namespace.onChange(key, this.#options.onChange));
    return name;
  }

  /** Follows these and no others. */
  #keep(names: ReadonlySet<string>): void {
    for (const [name, stop] of this.#followed) {
      if (names.has(name)) continue;
      stop();
      this.#followed.delete(name);
    }
  }
}
