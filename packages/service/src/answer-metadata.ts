import { Metadata, type MetadataValue } from 'nice-grpc-common';

/** The field that passed the library's check last: a service puts the same one into each answer. */
let checkedName = '';
let checkedValue: unknown = '';

/**
 * The metadata of an answer within the process. In most there is one field, the features, which costs no
 * map; with anything more it becomes the library's own metadata.
 */
export class AnswerMetadata implements Metadata {
  #name = '';
  #value: unknown;
  #made: Metadata | undefined;

  set<Key extends string>(key: Key, value: MetadataValue<Key> | MetadataValue<Key>[]): Metadata {
    const isOnly = this.#made === undefined && (this.#name === '' || this.#name === key);
    if (isOnly && key === checkedName && value === checkedValue) {
      this.#name = key;
      this.#value = value;
      return this;
    }
    this.#metadata().set(key, value);
    if (typeof value === 'string' && key === key.toLowerCase()) {
      checkedName = key;
      checkedValue = value;
    }
    return this;
  }

  append<Key extends string>(key: Key, value: MetadataValue<Key>): Metadata {
    this.#metadata().append(key, value);
    return this;
  }

  delete(key: string): void {
    this.#metadata().delete(key);
  }

  get<Key extends string>(key: Key): MetadataValue<Key> | undefined {
    if (this.#made !== undefined) return this.#made.get(key);
    return this.#is(key) ? (this.#value as MetadataValue<Key>) : undefined;
  }

  getAll<Key extends string>(key: Key): MetadataValue<Key>[] {
    return this.#metadata().getAll(key);
  }

  has(key: string): boolean {
    return this.#made === undefined ? this.#is(key) : this.#made.has(key);
  }

  [Symbol.iterator](): IterableIterator<[string, (string | Uint8Array)[]]> {
    return this.#metadata()[Symbol.iterator]();
  }

  #is(key: string): boolean {
    return this.#name !== '' && (key === this.#name || key.toLowerCase() === this.#name);
  }

  #metadata(): Metadata {
    if (this.#made === undefined) {
      this.#made = Metadata();
      if (this.#name !== '') this.#made.set(this.#name, this.#value as string);
    }
    return this.#made;
  }
}
