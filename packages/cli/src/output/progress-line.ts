import type { WriteStream } from 'node:tty';
import { safeText } from './safe-text.js';

/** Shortest time between two lines, in milliseconds. */
const intervalMs = 100;

const eraseLine = '\r\u001b[K';

/** A line of a terminal that says how far long work has come. It is written over, and taken away at the end. */
export class ProgressLine {
  readonly #terminal: WriteStream;
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(terminal: WriteStream) {
    this.#terminal = terminal;
  }

  /** The first time at once, then at most ten times a second. */
  show(work: string, done: number, total: number | undefined): void {
    const now = performance.now();
    if (now - this.#shownAtMs < intervalMs) return;
    this.#shownAtMs = now;
    this.#isShown = true;
    const number = (count: number): string => count.toLocaleString('en-US');
    const text = `${work}: ${number(done)}${total === undefined ? '' : ` of ${number(total)}`} keys`;
    // The last column stays free, else some terminals go to the next line.
    this.#terminal.write(eraseLine + safeText(text).slice(0, (this.#terminal.columns || 80) - 1));
  }

  clear(): void {
    if (this.#isShown) this.#terminal.write(eraseLine);
    this.#isShown = false;
  }
}
