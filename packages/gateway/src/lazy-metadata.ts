import type { Metadata, MetadataValue } from 'nice-grpc-common';

/** Metadata that is made on first use. */
export class LazyMetadata implements Metadata {
  readonly #make: () => Metadata;
  #made: Metadata | undefined;

  constructor(make: () => Metadata) {
    this.#make = make;
  }

  /** Whether it was made already: it may have been changed since. */
  get made(): boolean {
    return this.#made !== undefined;
  }

  get #metadata(): Metadata {
    this.#made ??= this.#make();
    return this.#made;
  }

  set<Key extends string>(key: Key, value: MetadataValue<Key> | MetadataValue<Key>[]): Metadata {
    this.#metadata.set(key, value);
    return this;
  }

  append<Key extends string>(key: Key, value: MetadataValue<Key>): Metadata {
    this.#metadata.append(key, value);
    return this;
  }

  delete(key: string): void {
    this.#metadata.delete(key);
  }

  get<Key extends string>(key: Key): MetadataValue<Key> | undefined {
    return this.#metadata.get(key);
  }

  getAll<Key extends string>(key: Key): MetadataValue<Key>[] {
    return this.#metadata.getAll(key);
  }

  has(key: string): boolean {
    return this.#metadata.has(key);
  }

  [Symbol.iterator](): IterableIterator<[string, (string | Uint8Array)[]]> {
    return this.#metadata[Symbol.iterator]();
  }
}
