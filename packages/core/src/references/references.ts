import { run } from '../util/steps.js';
import type { Value } from '../value/value.js';
import { expand } from './expand.js';
import { findStored, homeOf, type LookUp, type Stored, type StoredOptions } from './homes.js';
import { LiveReferences } from './live-references.js';

/** Thrown where something is not remembered, so that a value cannot be expanded without asking. */
class NotRemembered extends Error {}

/** References in values, for a manager in which they are switched on. */
export class References {
  readonly #open: (namespace: string) => Stored;

  /** `open` returns the namespace of a name. */
  constructor(open: (namespace: string) => Stored) {
    this.#open = open;
  }

  /** The value, which is from the first of `layers` that has it, with what its references stand for. Fails as `expand`. */
  async expand(value: Value, layers: readonly Stored[], options?: StoredOptions): Promise<Value> {
    // A default of the caller's is taken as it is.
    if (value.key === '') return value;
    return run(
      expand(
        value,
        homeOf(
          layers,
          this.#lookUp((at, key) => findStored(at, key, options)),
        ),
      ),
    );
  }

  /** At once, by what is remembered; `undefined` where that is not enough. */
  peek(value: Value | undefined, layers: readonly Stored[]): Value | undefined {
    if (value === undefined) return undefined;
    const home = homeOf(
      layers,
      this.#lookUp((at, key) => at.peekStored(key)),
    );
    const known = (key: string): Value => {
      const found = home.find(key);
      if (found === undefined || found instanceof Promise) throw new NotRemembered();
      return found;
    };
    try {
      const expanded = run(expand(value, { ...home, find: known }));
      return expanded instanceof Promise ? undefined : expanded;
    } catch (error) {
      if (error instanceof NotRemembered) return undefined;
      throw error;
    }
  }

  /** For a live reference: `onChange` is called when a key that it was led to may be another. */
  live(layers: readonly Stored[], signal: AbortSignal, onChange: () => void): LiveReferences {
    return new LiveReferences({ layers, open: this.#open, signal, onChange });
  }

  #lookUp(find: LookUp['find']): LookUp {
    return { open: this.#open, find };
  }
}
