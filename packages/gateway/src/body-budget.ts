import { Status } from 'nice-grpc-common';
import { HttpError } from './http-error.js';

/** Bounds what the bodies that have come in part take together, so that callers who send slowly cannot fill the memory. */
export class BodyBudget {
  readonly #maxBytes: number;
  #bytes = 0;
  #refused = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How often there was no room. */
  get refused(): number {
    return this.#refused;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws RESOURCE_EXHAUSTED where there is no room; nothing is taken then. */
  take(bytes: number): void {
    if (this.#bytes + bytes > this.#maxBytes) {
      this.#refused += 1;
      throw new HttpError(Status.RESOURCE_EXHAUSTED, 'too many requests are being received; try again later');
    }
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}
