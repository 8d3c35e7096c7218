/** One header field. Values are text in which a character stands for a byte. */
export type Field = readonly [name: string, value: string];

/** The size of an entry beyond its name and value (RFC 7541, 4.1). */
export const fieldOverhead = 32;

export const fieldSize = ([name, value]: Field): number => name.length + value.length + fieldOverhead;

/** The fields that a peer told earlier and may refer to by number: the newest first, the oldest dropped. */
export class DynamicTable {
  #fields: (Field | undefined)[] = [];
  /** Where the oldest is. */
  #first = 0;
  #size = 0;
  #maxSize: number;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get length(): number {
    return this.#fields.length - this.#first;
  }

  /** In bytes, as RFC 7541 counts them. */
  get size(): number {
    return this.#size;
  }

  /** The field at `index`, 0 being the newest. */
  at(index: number): Field | undefined {
    return index < this.length ? this.#fields[this.#fields.length - 1 - index] : undefined;
  }

  add(field: Field): void {
    this.#size += fieldSize(field);
    this.#fields.push(field);
    this.#evict();
  }

  resize(maxSize: number): void {
    this.#maxSize = maxSize;
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#maxSize) {
      this.#size -= fieldSize(this.#fields[this.#first] as Field);
      this.#fields[this.#first] = undefined;
      this.#first += 1;
    }
    // Moving the rest down once half is gone costs each field one move at most.
    if (this.#first > 32 && this.#first * 2 > this.#fields.length) {
      this.#fields.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
