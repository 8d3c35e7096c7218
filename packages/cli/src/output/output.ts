import { once } from 'node:events';
import { styleText } from 'node:util';
import { ProgressLine } from './progress-line.js';
import { safeText } from './safe-text.js';

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

/** Where a command writes: objects, one a line, with `--json`; else text for people. */
export class Output {
  readonly json: boolean;
  readonly #coloured: boolean;
  readonly #progress: ProgressLine | undefined;

  constructor(json: boolean, env: NodeJS.ProcessEnv) {
    this.json = json;
    if (!json && process.stderr.isTTY && env.TERM !== 'dumb') this.#progress = new ProgressLine(process.stderr);
    this.#coloured = process.stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  }

  /** Whether a person looks at it. */
  get isTerminal(): boolean {
    return process.stdout.isTTY === true;
  }

  /** The width of the terminal in columns; elsewhere, and where it is not known, there is no limit. */
  get columns(): number {
    return (process.stdout.isTTY === true && process.stdout.columns) || Number.POSITIVE_INFINITY;
  }

  /** Writes, and waits while the reader is behind. */
  async write(data: string | Uint8Array): Promise<void> {
    // On a terminal both are on one screen.
    if (this.isTerminal) this.endProgress();
    if (!process.stdout.write(data)) await once(process.stdout, 'drain');
  }

  /** One object with `--json`; else the line. */
  async record(object: object, line: () => string): Promise<void> {
    await this.write(`${this.json ? JSON.stringify(object) : line()}\n`);
  }

  /** A remark for people, beside the output. */
  note(text: string): void {
    this.endProgress();
    process.stderr.write(`${safeText(text)}\n`);
  }

  /**
   * How far long work has come, on a line of its own that the next output takes away. Only where stderr is a terminal, and
   * not with `--json`.
   */
  progress(work: string, done: number, total?: number): void {
    this.#progress?.show(work, done, total);
  }

  /** Takes the line of progress away. */
  endProgress(): void {
    this.#progress?.clear();
  }

  paint(colour: Colour, text: string): string {
    return this.#coloured ? styleText(colour, text, { validateStream: false }) : text;
  }
}
