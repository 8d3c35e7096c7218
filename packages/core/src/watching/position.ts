/** A place in a log: everything up to `revision` has been seen. */
export interface Position {
  readonly revision: number;
  /** The log's random name; empty where it is not known, and then not checked. */
  readonly logId: string;
}

/** How far a store's log is known to have come, from whatever the store has told. */
export class KnownPosition {
  #position: Position | undefined;

  /** Where to begin a watch that must not miss a change made from now on. */
  get value(): Position | undefined {
    return this.#position;
  }

  /** Takes a revision that the store has told. Without the name of its log it is worth nothing. */
  saw(revision: number | undefined, logId: string | undefined): void {
    if (revision === undefined || logId === undefined || logId === '') return;
    const known = this.#position;
    if (known === undefined || known.logId !== logId || known.revision < revision) this.#position = { revision, logId };
  }

  /** The log cannot be read from there any more. */
  forget(position: Position | undefined): void {
    if (this.#position === position) this.#position = undefined;
  }
}
