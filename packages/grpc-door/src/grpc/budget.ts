/** Memory that calls share, in bytes: those of a connection, within what those of the whole server have. */
export class Budget {
  #left: number;
  readonly #whole: Budget | undefined;

  /** @param whole the budget that this one is a part of */
  constructor(bytes: number, whole?: Budget) {
    this.#left = bytes;
    this.#whole = whole;
  }

  get left(): number {
    return this.#left;
  }

  /** Takes so much, if there is as much. */
  take(bytes: number): boolean {
    if (bytes > this.#left || this.#whole?.take(bytes) === false) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
    this.#whole?.give(bytes);
  }
}
