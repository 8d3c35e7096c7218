import { Value } from '@cfg/core';
import { readPairs } from '../desired/file-formats.js';
import { UsageError } from '../program/usage-error.js';
import { textOf, valueOfText } from '../values.js';
import { readApollo } from './apollo.js';
import type { ImportFormat } from './import-format.js';
import { at, type Imported } from './imported.js';
import { readRecord } from './record.js';

/** Reads a file of that format. Throws `UsageError` that says where it is wrong. */
export function readImport(format: Exclude<ImportFormat, 'spring' | 'nacos'>, bytes: Uint8Array): readonly Imported[] {
  switch (format) {
    case 'apollo':
      return at(format, () => readApollo(bytes));
    case 'ndjson':
      return lines(textOf(bytes)).map(({ line, number }) => at(`line ${number}`, () => readRecord(line)));
    case 'consul':
      return items(bytes, 'consul kv export', (data) => data).map(({ key, value }) => foreign(key, decoded(value)));
    case 'etcd':
      return items(bytes, 'etcdctl get -w json', (data) => (data as { kvs?: unknown } | null)?.kvs).map(
        ({ key, value }) => foreign(decoded(key).toString('utf8'), decoded(value)),
      );
    default:
      return at(format, () => readPairs(`.${format}`, bytes)).map(([key, data]) => ({
        key,
        value: at(key, () => Value.of(data)),
      }));
  }
}

const foreign = (key: string, bytes: Uint8Array): Imported => ({ key, value: at(key, () => valueOfText(bytes)) });

/** The entries of a JSON export: objects with a key and, unless it is empty, a value. */
function items(
  bytes: Uint8Array,
  what: string,
  list: (data: unknown) => unknown,
): readonly { readonly key: string; readonly value: string }[] {
  const fault = new UsageError(`is not what ${what} writes`);
  let found: unknown;
  try {
    found = list(JSON.parse(textOf(bytes)));
  } catch {
    throw fault;
  }
  if (!Array.isArray(found)) throw fault;
  return found.map((item: { key?: unknown; value?: unknown } | null) => {
    const { key, value = '' } = item ?? {};
    if (typeof key !== 'string' || typeof value !== 'string') throw fault;
    return { key, value };
  });
}

function decoded(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw new UsageError('has a value that is not base64');
  return bytes;
}

const lines = (text: string): { readonly line: string; readonly number: number }[] =>
  text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');
