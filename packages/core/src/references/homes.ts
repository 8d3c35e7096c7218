import { isConfigError } from '../contract/errors.js';
import type { Maybe } from '../util/steps.js';
import type { Value } from '../value/value.js';
import type { Home } from './expand.js';

/** Options of a read, and of those that references lead to. */
export interface StoredOptions {
  readonly read?: 'cached' | 'store' | undefined;
  readonly atRevision?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One namespace, as references are looked up in it. */
export interface Stored {
  readonly name: string;
  /** The value as it is stored. Fails with `not_found`. */
  stored(key: string, options?: StoredOptions): Promise<Value>;
  /** The remembered value; `undefined` where nothing is remembered. */
  peekStored(key: string): Value | undefined;
  /** Calls the listener when the key may be another. Returns what ends that. */
  onChange(key: string, listener: () => void): () => void;
}

/** How references are looked up. */
export interface LookUp {
  /** The namespace of that name. Throws `invalid_namespace`. */
  open(namespace: string): Stored;
  find(namespace: Stored, key: string): Maybe<Value | undefined>;
}

/** The home of a value that is read from the first of `layers` that has it. */
export function homeOf(layers: readonly Stored[], lookUp: LookUp): Home {
  return {
    name: layers.map(({ name }) => name).join(', '),
    find: (key) => firstOf(layers, key, lookUp),
    of: (namespace) => homeOf([lookUp.open(namespace)], lookUp),
  };
}

function firstOf(layers: readonly Stored[], key: string, lookUp: LookUp): Maybe<Value | undefined> {
  const [first, ...others] = layers;
  if (first === undefined) return undefined;
  const value = lookUp.find(first, key);
  if (!(value instanceof Promise)) return value ?? firstOf(others, key, lookUp);
  return value.then((found) => found ?? firstOf(others, key, lookUp));
}

/** Reads the key; `undefined` where there is none. */
export async function findStored(
  namespace: Stored,
  key: string,
  { read, atRevision, signal }: StoredOptions = {},
): Promise<Value | undefined> {
  try {
    return await namespace.stored(key, { read, atRevision, signal });
  } catch (error) {
    if (isConfigError(error, 'not_found')) return undefined;
    throw error;
  }
}
