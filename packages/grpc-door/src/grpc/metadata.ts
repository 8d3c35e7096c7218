import type { Metadata, MetadataValue } from 'nice-grpc-common';
import type { Field } from '../hpack/dynamic-table.js';
import type { FieldList } from '../hpack/encoder.js';

type Value = string | Uint8Array;

/** Fields of the protocol, which are not metadata. */
const reserved: ReadonlySet<string> = new Set([
  'te',
  'accept-encoding',
  'content-type',
  'content-length',
  'grpc-timeout',
  'grpc-encoding',
  'grpc-accept-encoding',
  'grpc-message-type',
  'grpc-status',
  'grpc-message',
]);

/** nice-grpc's metadata, made when they are first looked at: many calls have none. */
export class CallMetadata implements Metadata {
  #received: readonly Field[] | undefined;
  #values: Map<string, Value[]> | undefined;

  /** @param received the header fields of a request, whose metadata they are */
  constructor(received?: readonly Field[]) {
    this.#received = received;
  }

  get isEmpty(): boolean {
    return this.#received === undefined && (this.#values === undefined || this.#values.size === 0);
  }

  set<Key extends string>(key: Key, value: MetadataValue<Key> | MetadataValue<Key>[]): Metadata {
    const name = key.toLowerCase();
    if (!Array.isArray(value)) {
      check(name, value);
      this.#map().set(name, [value]);
      return this;
    }
    for (const one of value) check(name, one);
    if (value.length === 0) this.#map().delete(name);
    else this.#map().set(name, name.endsWith('-bin') ? [...value] : [value.join(', ')]);
    return this;
  }

  append<Key extends string>(key: Key, value: MetadataValue<Key>): Metadata {
    const name = key.toLowerCase();
    check(name, value);
    const values = [...(this.#map().get(name) ?? []), value];
    this.#map().set(name, name.endsWith('-bin') ? values : [values.join(', ')]);
    return this;
  }

  delete(key: string): void {
    this.#map().delete(key.toLowerCase());
  }

  get<Key extends string>(key: Key): MetadataValue<Key> | undefined {
    if (this.isEmpty) return undefined;
    return this.#map().get(key.toLowerCase())?.[0] as MetadataValue<Key> | undefined;
  }

  getAll<Key extends string>(key: Key): MetadataValue<Key>[] {
    return [...(this.#map().get(key.toLowerCase()) ?? [])] as MetadataValue<Key>[];
  }

  has(key: string): boolean {
    return !this.isEmpty && this.#map().has(key.toLowerCase());
  }

  [Symbol.iterator](): IterableIterator<[string, Value[]]> {
    return this.#map()[Symbol.iterator]();
  }

  /** The metadata as header fields. */
  fields(): FieldList {
    const fields: string[] = [];
    for (const [name, values] of this.#values ?? []) {
      for (const value of values) fields.push(name, typeof value === 'string' ? value : base64(value));
    }
    return fields;
  }

  /** The only value, if there is one and it is text: what most answers have. */
  only(): readonly [name: string, value: string] | undefined {
    if (this.#values?.size !== 1) return undefined;
    for (const [name, [value]] of this.#values) return typeof value === 'string' ? [name, value] : undefined;
    return undefined;
  }

  #map(): Map<string, Value[]> {
    if (this.#values === undefined) {
      this.#values = this.#received === undefined ? new Map() : valuesOf(this.#received);
      this.#received = undefined;
    }
    return this.#values;
  }
}

function valuesOf(fields: readonly Field[]): Map<string, Value[]> {
  const values = new Map<string, Value[]>();
  for (const [name, value] of fields) {
    if (name.startsWith(':') || reserved.has(name)) continue;
    const known = values.get(name);
    if (name.endsWith('-bin')) {
      const binary = value.split(',').map((part) => new Uint8Array(Buffer.from(part.trim(), 'base64')));
      if (known === undefined) values.set(name, binary);
      else known.push(...binary);
    } else {
      values.set(name, [known === undefined ? value : `${known[0]}, ${value}`]);
    }
  }
  return values;
}

/** gRPC sends base64 without padding, and takes either. */
const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64').replace(/=+$/, '');

/** The header that passed the check last: servers put the same one into each answer. */
let checkedName = '';
let checkedValue: Value = '';

/** Throws what nice-grpc's own metadata throw. */
function check(name: string, value: Value): void {
  if (name === checkedName && value === checkedValue) return;
  if (!/^[0-9a-z_.-]+$/.test(name)) throw new Error(`Metadata key '${name}' contains illegal characters`);
  if (name.endsWith('-bin')) {
    if (!(value instanceof Uint8Array)) {
      throw new Error(`Metadata key '${name}' ends with '-bin', thus it must have binary value`);
    }
    return;
  }
  if (typeof value !== 'string') {
    throw new Error(`Metadata key '${name}' doesn't end with '-bin', thus it must have string value`);
  }
  if (!/^[ -~]*$/.test(value)) {
    throw new Error(`Metadata value '${value}' of key '${name}' contains illegal characters`);
  }
  checkedName = name;
  checkedValue = value;
}
