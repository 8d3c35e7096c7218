import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ConfigError, isConfigError, keyNotFound } from '../contract/errors.js';
import type { PendingLive } from '../live/live.js';
import { type LiveOptions, openLive } from '../live/open-live.js';
import { Value } from '../value/value.js';
import type { GetOptions } from './call-options.js';
import type { Namespace } from './namespace.js';
import type { Shared } from './shared.js';

/** Which layer has a key, and what it has there. */
export interface Explanation {
  /** The layer that is read: the first that has the key. */
  readonly namespace: string;
  readonly value: Value;
  /** The values of the layers behind it, in their order: what would be read without it. */
  readonly hidden: readonly { readonly namespace: string; readonly value: Value }[];
}

/**
 * Several namespaces read as one: each key from the first that has it, such as overrides for an environment over what all
 * share. All are followed. To write, take the namespace that is meant. Made by `manager.namespace([…])`.
 *
 * @example
 * const config = manager.namespace(['production', 'base']);
 * const timeout = (await config.get('app/timeout')).number();
 * console.log((await config.explain('app/timeout'))?.namespace); // base
 */
export class Layers {
  /** The first wins. */
  readonly namespaces: readonly Namespace[];
  readonly #shared: Shared;

  /** Throws `invalid_argument` for none, or for one that is there twice. */
  constructor(namespaces: readonly Namespace[], shared: Shared) {
    if (namespaces.length === 0) throw new ConfigError('invalid_argument', 'layers must be at least one namespace');
    if (new Set(namespaces).size < namespaces.length) {
      throw new ConfigError('invalid_argument', 'layers must be different namespaces');
    }
    this.namespaces = namespaces;
    this.#shared = shared;
  }

  /**
   * As `get` of a namespace; fails with `not_found` where no layer has the key. A layer that cannot be asked fails the
   * read rather than let one behind it answer, unless it is known from before that it has not the key.
   */
  async get(key: string, options: GetOptions = {}): Promise<Value> {
    const value = await this.#stored(key, options);
    return this.#shared.references?.expand(value, this.namespaces, options) ?? value;
  }

  async #stored(key: string, options: GetOptions): Promise<Value> {
    const { default: _, ...rest } = options;
    for (const namespace of this.namespaces) {
      try {
        return await namespace.stored(key, rest);
      } catch (error) {
        if (!isConfigError(error, 'not_found')) throw error;
      }
    }
    if (!('default' in options)) throw keyNotFound(this.namespaces.map(({ name }) => name).join(', '), key);
    const { codecs, defaultCodec } = this.#shared.settings;
    return Value.of(options.default, { codec: defaultCodec, codecs });
  }

  /** The remembered value of the key, at once and without asking the store. */
  peek(key: string): Value | undefined {
    const { references } = this.#shared;
    for (const namespace of this.namespaces) {
      const value = namespace.peekStored(key);
      if (value !== undefined) return references === undefined ? value : references.peek(value, this.namespaces);
    }
    return undefined;
  }

  /** Whether any layer has the key. */
  async has(key: string, options: GetOptions = {}): Promise<boolean> {
    for (const namespace of this.namespaces) if (await namespace.has(key, options)) return true;
    return false;
  }

  /**
   * Which layer the key is read from, and what is hidden behind it; `undefined` where none has it. The values are as they
   * are stored, with references as they are written.
   */
  async explain(key: string, options: GetOptions = {}): Promise<Explanation | undefined> {
    const { default: _, ...rest } = options;
    const found: { namespace: string; value: Value }[] = [];
    for (const namespace of this.namespaces) {
      try {
        found.push({ namespace: namespace.name, value: await namespace.stored(key, rest) });
      } catch (error) {
        if (!isConfigError(error, 'not_found')) throw error;
      }
    }
    const [first, ...hidden] = found;
    return first && { ...first, hidden };
  }

  /** As `live` of a namespace, over all layers: each key from the first that has it. */
  live<S extends StandardSchemaV1>(prefix: string, schema: S, options: LiveOptions = {}): PendingLive<S> {
    this.#shared.lifecycle.check();
    return openLive(this.namespaces, prefix, schema, options, this.#shared);
  }
}
