import { exitCodes } from './exit-code.js';

/** Fires with Ctrl-C or SIGTERM; a second one ends the process. Nobody reading stdout any more ends it, too. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();

  constructor() {
    process.on('SIGINT', this.#stop).on('SIGTERM', this.#stop);
    process.stdout.on('error', this.#brokenPipe);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#stop).off('SIGTERM', this.#stop);
    process.stdout.off('error', this.#brokenPipe);
  }

  readonly #stop = (): void => {
    if (this.signal.aborted) process.exit(exitCodes.interrupted);
    this.#controller.abort();
  };

  /** `cfg list | head` has what it wants: that is no failure. */
  readonly #brokenPipe = (error: NodeJS.ErrnoException): void => {
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed);
  };
}
