import type { Entry } from '@cfg/core';
import { Matches, type Sealer, type SearchRange, type SearchStretch, type SearchTerm } from '@cfg/core/store';
import { keyRange } from './key-range.js';
import { type ChangeRow, entryOf } from './rows.js';
import type { Session } from './session.js';
import type { Statements } from './statements.js';
import { toText } from './text.js';

/** How many changes one search reads on, of each what a search compares. */
const maxScanned = 500;

/** How many whole entries are read at a time. */
const blockSize = 32;

/** Finds entries by a text, one by one, from the newest change to the oldest. */
export class SearchReader {
  readonly #session: Session;
  readonly #statements: Statements;
  readonly #sealer: Sealer;

  constructor(session: Session, statements: Statements, sealer: Sealer) {
    this.#sealer = sealer;
    this.#session = session;
    this.#statements = statements;
  }

  async search(range: SearchRange): Promise<SearchStretch> {
    const { term } = range;
    const matches = new Matches(range);
    const before = Math.min(range.before, Number.MAX_SAFE_INTEGER);
    const [scanned] = await this.#session.query<{ lowest: number | null; count: number }>(this.#statements.reach, [
      before,
      maxScanned,
    ]);
    if (scanned === undefined || scanned.lowest === null) return matches.all;
    const text = term.inValues ? null : toText(term.text);
    const bounds = [scanned.lowest, before, text, ...scopeOf(term)];
    const rows = await this.#session.query<ChangeRow>(this.#statements.scan, bounds);
    const found = rows.map((row) => entryOf(row, this.#sealer)).filter((entry) => term.match(entry) !== undefined);
    const stopped = await this.#offer(found, matches);
    if (stopped !== undefined) return matches.upTo(stopped);
    return scanned.count < maxScanned ? matches.all : matches.upTo(scanned.lowest);
  }

  /** Reads the entries with their whole values. Returns the revision of the last one where that was enough. */
  async #offer(found: readonly Entry[], matches: Matches): Promise<number | undefined> {
    for (let start = 0; start < found.length; start += blockSize) {
      const revisions = found.slice(start, start + blockSize).map(({ revision }) => revision);
      const rows = await this.#session.query<ChangeRow>(this.#statements.byRevisions, [revisions]);
      for (const entry of rows.map((row) => entryOf(row, this.#sealer)))
        if (!matches.offer(entry)) return entry.revision;
    }
    return undefined;
  }
}

const scopeOf = ({ namespacePrefix, keyPrefix }: SearchTerm): readonly string[] => [
  ...keyRange(namespacePrefix, undefined),
  ...keyRange(keyPrefix, undefined),
];
