/** A call whose request may not have come whole. */
export interface LateRequest {
  /** The turn in which the call began is over. */
  late(): void;
}

/** Tells calls that the turn in which they began is over: what was read of the socket then has been dealt with. */
export class LateRequests {
  #calls: LateRequest[] = [];

  add(call: LateRequest): void {
    if (this.#calls.length === 0) process.nextTick(this.#tell);
    this.#calls.push(call);
  }

  #tell = (): void => {
    const calls = this.#calls;
    this.#calls = [];
    for (const call of calls) call.late();
  };
}
