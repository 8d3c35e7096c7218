import { exitCodes } from './exit-code.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Fires with Ctrl-C, SIGTERM or SIGHUP; a second one ends the process. Nobody reading stdout any more ends it, too. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();

  #listener: ((signal: NodeJS.Signals) => void) | undefined;

  constructor() {
    for (const signal of signals) process.on(signal, this.#stop);
    process.stdout.on('error', this.#brokenPipe);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#stop);
    process.stdout.off('error', this.#brokenPipe);
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

  /** `cfg list | head` has what it wants: that is no failure. */
  readonly #brokenPipe = (error: NodeJS.ErrnoException): void => {
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed);
  };
}
