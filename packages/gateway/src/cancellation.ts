/** Whether anybody still waits for something. The signal is made when it is asked for. */
export class Cancellation {
  #controller: AbortController | undefined;
  #cancelled = false;
  #onCancel: (() => void) | undefined;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Fires when nobody waits any more. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelled) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** Twice is fine. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#controller?.abort();
    this.#onCancel?.();
  }

  /** Runs `listener` when nobody waits any more: at once, if that is so already. */
  onCancel(listener: () => void): void {
    if (this.#cancelled) {
      listener();
      return;
    }
    const earlier = this.#onCancel;
    this.#onCancel =
      earlier === undefined
        ? listener
        : () => {
            earlier();
            listener();
          };
  }
}

/** The error of a call that nobody waits for any more. */
export const callCancelled = (): DOMException => new DOMException('the call was cancelled', 'AbortError');
