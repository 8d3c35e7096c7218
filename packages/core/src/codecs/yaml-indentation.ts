import { tooManyParts } from './marks.js';

/**
 * The original's parser lets the lines of a flow collection and of a quoted text begin anywhere, the `]` in the first
 * column, say. Ours follows the specification: deeper than the parent. This indents such lines, which changes nothing of
 * what they say; the number of lines stays.
 */
export function indentFlow(text: string): string {
  return new FlowIndenter(text).run();
}

/** In characters; a line that is deep inside needs many. */
const maxAdded = 1_000_000;

const isSpace = (character: string | undefined): boolean => character === ' ' || character === '\t';
const isEnd = (character: string | undefined): boolean =>
  character === undefined || character === '\n' || character === '\r';

/** Knows as much of YAML as it takes to find flow collections and quoted texts. */
class FlowIndenter {
  readonly #text: string;
  readonly #out: string[] = [];
  #copied = 0;
  #added = 0;
  #position = 0;
  /** Where the line begins, and the innermost block collection on it. */
  #lineStart = 0;
  #parent = -1;

  constructor(text: string) {
    this.#text = text;
  }

  run(): string {
    while (this.#position < this.#text.length) this.#line();
    return this.#out.join('') + this.#text.slice(this.#copied);
  }

  #line(): void {
    this.#lineStart = this.#position;
    this.#parent = -1;
    if (/^(?:---|\.\.\.)[ \t\r\n]/.test(this.#text.slice(this.#position, this.#position + 4))) this.#position += 3;
    while (!isEnd(this.#skipSpaces())) {
      const character = this.#text[this.#position];
      if (character === '#' && this.#isAfterSpace()) this.#skipLine();
      else if (this.#isIndicator()) this.#step(1);
      else if (character === '|' || character === '>') this.#skipBlockScalar();
      else if (character === '"' || character === "'") this.#item(() => this.#skipQuoted(character));
      else if (character === '[' || character === '{') this.#item(() => this.#skipFlow());
      else if (character === '&' || character === '!' || character === '*') this.#skipWord();
      else this.#item(() => this.#skipPlain());
    }
    this.#skipBreak();
  }

  /** `-`, `?` or `:` before a space. */
  #isIndicator(): boolean {
    const following = this.#text[this.#position + 1];
    return '-?:'.includes(this.#text[this.#position] ?? '.') && (isSpace(following) || isEnd(following));
  }

  #step(length: number): void {
    if (this.#text[this.#position] !== ':') this.#parent = this.#column();
    this.#position += length;
  }

  /** Reads an item, which may be a key and then begins a mapping. */
  #item(skip: () => void): void {
    const column = this.#column();
    skip();
    if (this.#skipSpaces() === ':') this.#parent = column;
  }

  #column = (): number => this.#position - this.#lineStart;

  #isAfterSpace = (): boolean => this.#position === this.#lineStart || isSpace(this.#text[this.#position - 1]);

  #skipSpaces(): string | undefined {
    while (isSpace(this.#text[this.#position])) this.#position += 1;
    return this.#text[this.#position];
  }

  #skipLine(): void {
    while (!isEnd(this.#text[this.#position])) this.#position += 1;
  }

  #skipWord(): void {
    while (!isEnd(this.#text[this.#position]) && !isSpace(this.#text[this.#position])) this.#position += 1;
  }

  #skipBreak(): void {
    if (this.#text.startsWith('\r\n', this.#position)) this.#position += 1;
    this.#position += 1;
  }

  #skipPlain(): void {
    for (; !isEnd(this.#text[this.#position]); this.#position += 1) {
      const character = this.#text[this.#position];
      if ((character === ':' && this.#isIndicator()) || (character === '#' && this.#isAfterSpace())) return;
    }
  }

  /** All lines that are blank or deeper than what the scalar belongs to. */
  #skipBlockScalar(): void {
    const parent = this.#parent;
    do {
      this.#skipLine();
      this.#skipBreak();
      const start = this.#position;
      if (!isEnd(this.#skipSpaces()) && this.#position - start <= parent) {
        this.#position = start - 1;
        return;
      }
      if (parent < 0 && /^(?:---|\.\.\.)/.test(this.#text.slice(start, start + 3))) {
        this.#position = start - 1;
        return;
      }
    } while (this.#position < this.#text.length);
  }

  #skipQuoted(quote: string): void {
    for (this.#position += 1; this.#position < this.#text.length; this.#position += 1) {
      const character = this.#text[this.#position];
      if (character === quote) break;
      if (character === '\\' && quote === '"' && !isEnd(this.#text[this.#position + 1])) this.#position += 1;
      else if (isEnd(character)) this.#indent();
    }
    this.#position += 1;
  }

  #skipFlow(): void {
    let depth = 0;
    while (this.#position < this.#text.length) {
      const character = this.#text[this.#position] as string;
      if (character === '"' || character === "'") {
        this.#skipQuoted(character);
        continue;
      }
      if (character === '#' && this.#isAfterSpace()) this.#skipLine();
      if ('[{'.includes(character)) depth += 1;
      else if (']}'.includes(character)) depth -= 1;
      if (isEnd(this.#text[this.#position])) this.#indent();
      this.#position += 1;
      if (depth === 0) return;
    }
  }

  /** At the end of a line whose next one goes on with the same node. */
  #indent(): void {
    if (this.#text.startsWith('\r\n', this.#position)) this.#position += 1;
    const next = this.#position + 1;
    this.#added += this.#parent + 2;
    if (this.#added > maxAdded) throw tooManyParts('yaml');
    this.#out.push(this.#text.slice(this.#copied, next), ' '.repeat(this.#parent + 2));
    this.#copied = next;
    this.#lineStart = next;
  }
}
