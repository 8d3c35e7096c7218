import type { CodecRegistry } from '../codecs/registry.js';
import { Secret } from '../codecs/secret.js';
import { Entry } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import { checkKey, checkNamespace, printable } from '../contract/names.js';
import { Value } from '../value/value.js';

/**
 * Values in code, by namespace and key, as a store would have them: of version 0, and stale. Throws `invalid_namespace`,
 * `invalid_key`, `invalid_value`.
 */
export function bootstrapValues(
  bootstrap: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  codecs: CodecRegistry,
  defaultCodec: string,
): ReadonlyMap<string, ReadonlyMap<string, Value>> {
  const namespaces = new Map<string, Map<string, Value>>();
  if (!isRecord(bootstrap)) throw notKeys('bootstrap');
  for (const [namespace, data] of Object.entries(bootstrap)) {
    if (!isRecord(data)) throw notKeys(`bootstrap.${printable(namespace)}`);
    checkNamespace(namespace);
    const values = new Map<string, Value>();
    for (const [key, each] of Object.entries(data)) {
      checkKey(key);
      const { bytes, codec, type } = Value.of(each, {
        codec: each instanceof Secret ? 'secret' : defaultCodec,
        codecs,
      });
      const entry = new Entry({ namespace, key, bytes, codec, type, version: 0, createdAtMs: 0, updatedAtMs: 0 });
      values.set(key, Value.fromEntry(entry, { codecs, stale: true }));
    }
    namespaces.set(namespace, values);
  }
  return namespaces;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const notKeys = (name: string): ConfigError =>
  new ConfigError('invalid_argument', `option ${name} must be an object: namespaces, and keys with their data in each`);
