import type { Output } from './output.js';
import { safeText } from './safe-text.js';

const gap = '  ';

/**
 * Rows under headings, in columns that fit the terminal: the last one is cut. Rows come page by page, so that a long
 * list is not kept; a column grows with the pages.
 */
export class Table {
  readonly #output: Output;
  readonly #headings: readonly string[];
  readonly #widths: number[];
  #begun = false;

  constructor(output: Output, headings: readonly string[]) {
    this.#output = output;
    this.#headings = headings;
    this.#widths = headings.map((heading) => heading.length);
  }

  async add(rows: readonly (readonly string[])[]): Promise<void> {
    const safe = rows.map((row) => row.map((cell) => safeText(cell)));
    for (const row of safe) {
      for (const [column, cell] of row.entries()) {
        this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length);
      }
    }
    const heading = this.#begun ? [] : [this.#output.paint('bold', this.#line(this.#headings))];
    this.#begun = true;
    const lines = [...heading, ...safe.map((row) => this.#line(row))];
    if (lines.length > 0) await this.#output.write(`${lines.join('\n')}\n`);
  }

  #line(cells: readonly string[]): string {
    const last = cells.length - 1;
    const padded = cells.map((cell, column) => (column === last ? cell : cell.padEnd(this.#widths[column] ?? 0)));
    const line = padded.join(gap).trimEnd();
    const { columns } = this.#output;
    return line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
  }
}
