/** The bytes that a peer may still send (RFC 9113, 5.2). It gets new room once half of the window has been used. */
export class ReceiveWindow {
  #capacity: number;
  /** The bytes that the peer may send. */
  #open: number;
  /** The bytes that were received and dealt with, and have not been granted again. */
  #owed = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#open = capacity;
  }

  /** Takes note of what came; false if the peer was not allowed as much. */
  receive(length: number): boolean {
    this.#open -= length;
    return this.#open >= 0;
  }

  /** Takes note that so much was dealt with; returns what to grant now, 0 for nothing yet. */
  release(length: number): number {
    this.#owed += length;
    if (this.#owed < this.#capacity / 2) return 0;
    const grant = this.#owed;
    this.#owed = 0;
    this.#open += grant;
    return grant;
  }
}
