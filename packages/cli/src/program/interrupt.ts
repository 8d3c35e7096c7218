import { exitCodes } from './exit-code.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Fires with Ctrl-C, SIGTERM or SIGHUP; a second one ends the process. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();

  #listener: ((signal: NodeJS.Signals) => void) | undefined;

  constructor() {
    for (const signal of signals) process.on(signal, this.#stop);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#stop);
  }

  /** From now on signals go to `listener`: for who runs another program, which is to have them. */
  handTo(listener: (signal: NodeJS.Signals) => void): void {
    this.#listener = listener;
  }

  readonly #stop = (signal: NodeJS.Signals): void => {
    if (this.#listener !== undefined) {
      // A terminal has given its Ctrl-C to the other program already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) this.#listener(signal);
      return;
    }
    if (this.signal.aborted) process.exit(exitCodes.interrupted);
    this.#controller.abort();
  };
}
