import { isDeepStrictEqual } from 'node:util';
import { type BatchOperation, ConfigError, type Entry, isConfigError, Secret, Value } from '@cfg/core';
import type { Wanted } from './desired.js';

/** One change that brings a key to what is wanted. */
export interface PlannedChange {
  readonly key: string;
  readonly action: 'add' | 'change' | 'delete';
  readonly before: Entry | undefined;
  /** `undefined` for a deletion. */
  readonly after: Value | undefined;
}

/**
 * The changes that lead from `current`, the entries of a namespace, to what is wanted, in the order of keys; with
 * `prune`, keys that nobody wants are deleted. A value is left alone where its data is the same, however it is written. A
 * key that is a secret stays one: throws `type_mismatch` where a file has no text for it.
 */
export function planOf(
  current: readonly Entry[],
  wanted: ReadonlyMap<string, Wanted>,
  { prune }: { readonly prune: boolean },
): readonly PlannedChange[] {
  const before = new Map(current.map((entry) => [entry.key, entry]));
  const changes: PlannedChange[] = [];
  for (const [key, { value, file }] of wanted) {
    const entry = before.get(key);
    const after = entry?.codec === 'secret' ? secretOf(key, value, file) : value;
    if (entry === undefined) changes.push({ key, action: 'add', before: undefined, after });
    else if (!isSame(entry, after)) changes.push({ key, action: 'change', before: entry, after });
  }
  if (prune) {
    for (const entry of current) {
      if (!wanted.has(entry.key)) changes.push({ key: entry.key, action: 'delete', before: entry, after: undefined });
    }
  }
  return changes.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The change as an operation that fails if the key is no longer as the plan saw it. */
export function operationOf({ key, before, after }: PlannedChange): BatchOperation {
  const ifVersion = before?.version ?? 0;
  return after === undefined ? { type: 'delete', key, ifVersion } : { type: 'set', key, value: after, ifVersion };
}

function secretOf(key: string, { data }: Value, file: string): Value {
  if (typeof data === 'string') return Value.of(new Secret(data), { codec: 'secret' });
  throw new ConfigError('type_mismatch', `${file}: ${key} is a secret, which must be a text`);
}

function isSame(entry: Entry, wanted: Value): boolean {
  if (Buffer.compare(entry.bytes, wanted.bytes) === 0 && entry.codec === wanted.codec) return true;
  if (entry.codec === 'secret') return false;
  try {
    return isDeepStrictEqual(Value.fromEntry(entry).data, wanted.data);
  } catch (error) {
    // A value that cannot be read differs from the wanted one.
    if (isConfigError(error)) return false;
    throw error;
  }
}
