import type { Entry } from '@cfg/core';
import { Matches, type Sealer, type SearchRange, type SearchStretch, type SearchTerm } from '@cfg/core/store';
import { keyRange } from './key-range.js';
import { type ChangeRow, entryOf } from './rows.js';
import type { Session } from './session.js';
import type { Statements } from './statements.js';

/** How many changes one search reads on where the index does not help, of each what a search compares. */
const maxScanned = 500;

/** How many revisions are gone through at a time, below which the index knows what to look at: a common text is near. */
const stretch = 4_096;

/** How many of them are asked for at a time. */
const nearSize = 128;

/** How many entries with a text are worth sorting; where there are more, the newest are found sooner by going through. */
const maxSorted = 2_000;

/** After so many milliseconds of going through, a search ends the stretch. */
const maxLookUpMs = 20;

/** How many whole entries are read at a time. */
const blockSize = 32;

/** Finds entries by a text: with the index where it reaches, else one by one, from the newest change to the oldest. */
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
    const [state] = await this.#session.query<{ indexed_to: number | null }>(this.#statements.indexedTo);
    const indexed = state?.indexed_to ?? 0;
    const matches = new Matches(range);
    const before = Math.min(range.before, Number.MAX_SAFE_INTEGER);
    const next = before > indexed + 1 ? await this.#scan(range.term, indexed, before, matches) : undefined;
    const last = next ?? (await this.#lookUp(range.term, Math.min(before, indexed + 1), matches));
    return last === undefined ? matches.all : matches.upTo(last);
  }

  /** Reads entries one by one. Returns where it has stopped; `undefined`: at `after`. */
  async #scan(term: SearchTerm, after: number, before: number, matches: Matches): Promise<number | undefined> {
    const { reach, scan } = this.#statements;
    const [scanned] = await this.#session.query<{ lowest: number | null; count: number }>(reach, [
      after,
      before,
      maxScanned,
    ]);
    if (scanned === undefined || scanned.lowest === null) return undefined;
    const text = term.inValues ? null : term.text;
    const rows = await this.#session.query<ChangeRow>(scan, [scanned.lowest, before, text, ...scopeOf(term)]);
    const found = rows.map((row) => entryOf(row, this.#sealer)).filter((entry) => term.match(entry) !== undefined);
    const stopped = await this.#offer(found, matches);
    return stopped ?? (scanned.count < maxScanned ? undefined : scanned.lowest);
  }

  /** Reads the entries that the index names. Returns as {@link #scan} does. */
  async #lookUp(term: SearchTerm, before: number, matches: Matches): Promise<number | undefined> {
    const { searched } = this.#statements;
    const { near, far } = searched[term.inKeys && term.inValues ? 'both' : term.inKeys ? 'keys' : 'values'];
    const endMs = performance.now() + maxLookUpMs;
    let mayJump = hasTrigram.test(term.text);
    for (let top = before; top > 1; ) {
      const floor = Math.max(0, top - stretch);
      const bounds = [floor, top, pattern(term.text), ...scopeOf(term)];
      const found = await this.#session.query<{ revision: number }>(near, [...bounds, nearSize]);
      const stopped = await this.#offer(found, matches);
      if (stopped !== undefined) return stopped;
      top = found.length < nearSize ? floor + 1 : (found.at(-1)?.revision as number);
      if (found.length < nearSize && mayJump && top > 1) {
        const named = await this.#far(far, [0, top, ...bounds.slice(2)]);
        const current = named.filter((each) => each.current);
        if (named.length <= maxSorted) return this.#offer(current, matches);
        mayJump = false;
      }
      if (performance.now() > endMs && top > 1) return top;
    }
    return undefined;
  }

  async #far(
    far: string,
    bounds: readonly (string | number)[],
  ): Promise<readonly { revision: number; current: boolean }[]> {
    // A planner that knows nothing of the text yet would rather read all.
    const settled = this.#session.script('SET LOCAL enable_seqscan = off');
    const [found] = await Promise.all([
      this.#session.query<{ revision: number; current: boolean }>(far, [...bounds, maxSorted + 1]),
      settled,
    ]);
    return found;
  }

  /** Reads the entries with their whole values. Returns the revision of the last one where that was enough. */
  async #offer(found: readonly Pick<Entry, 'revision'>[], matches: Matches): Promise<number | undefined> {
    for (let start = 0; start < found.length; start += blockSize) {
      const revisions = found.slice(start, start + blockSize).map(({ revision }) => revision);
      const rows = await this.#session.query<ChangeRow>(this.#statements.byRevisions, [revisions]);
      for (const entry of rows.map((row) => entryOf(row, this.#sealer)))
        if (!matches.offer(entry)) return entry.revision;
    }
    return undefined;
  }
}

/** Matches a text that has a trigram, whichever characters the database takes for letters. */
const hasTrigram = /[a-z0-9]{3}/;

/** The pattern of `LIKE` for the text anywhere. */
const pattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

const scopeOf = ({ namespacePrefix, keyPrefix }: SearchTerm): readonly string[] => [
  ...keyRange(namespacePrefix, undefined),
  ...keyRange(keyPrefix, undefined),
];
