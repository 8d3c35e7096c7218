import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Entry } from '@cfg/core';
import { Matches, type SearchRange, type SearchStretch, type SearchTerm } from '@cfg/core/store';
import { keyRange } from './key-range.js';
import { hasSearchModule } from './search-table.js';

/** How many entries one search reads where the index does not help. */
const maxScanned = 1_000;

/** How many entries the index is asked for at a time, and among how many revisions at first. */
const namedSize = 128;
const firstReach = 32_768;

/** After so many milliseconds in the index a search ends the stretch: rare words in many entries take their time. */
const maxLookUpMs = 10;

/** How many entries are read at a time. */
const blockSize = 64;

/** A part of a text longer than this many trigrams narrows the search no further. */
const maxTrigrams = 24;

/** Finds entries by a text: with the index where it reaches, else one by one, from the newest change to the oldest. */
export class SearchReader {
  readonly #entriesOf: (revisions: readonly number[]) => readonly Entry[];
  readonly #stretch: StatementSync;
  /** Undefined where this SQLite has no index. */
  readonly #named: StatementSync | undefined;
  readonly #reach: StatementSync;
  readonly #scanned: StatementSync;
  readonly #current: StatementSync;

  /** `entriesOf` reads entries by their revisions. */
  constructor(db: DatabaseSync, entriesOf: (revisions: readonly number[]) => readonly Entry[]) {
    this.#entriesOf = entriesOf;
    this.#stretch = db.prepare(
      'SELECT indexed_from AS "from", indexed_to AS "to", (SELECT max(revision) FROM changes) AS head FROM log',
    );
    const named = `
      SELECT rowid AS revision FROM search
      WHERE search MATCH ? AND rowid > ? AND rowid < ? ORDER BY rowid DESC LIMIT ${namedSize}`;
    this.#named = hasSearchModule(db) ? db.prepare(named) : undefined;
    this.#reach = db.prepare(`
      SELECT min(revision) AS revision, count(*) AS count FROM (
        SELECT revision FROM changes WHERE revision > ? AND revision < ? ORDER BY revision DESC LIMIT ${maxScanned})`);
    const current = (which: string): StatementSync =>
      db.prepare(`
        SELECT changes.revision FROM changes CROSS JOIN entries USING (namespace, key, revision)
        WHERE ${which} AND namespace >= ? AND namespace < ? AND key >= ? AND key < ?
        ORDER BY changes.revision DESC`);
    this.#scanned = current('changes.revision >= ? AND changes.revision < ? AND (? OR instr(lower(key), ?) > 0)');
    this.#current = current('changes.revision IN (SELECT value FROM json_each(?))');
  }

  search(range: SearchRange): SearchStretch {
    const { from, to, head } = this.#stretch.get() as { from: number | null; to: number | null; head: number | null };
    const query = this.#named && matchExpression(range.term);
    const matches = new Matches(range);
    let before = Math.min(range.before, (head ?? 0) + 1);
    const indexed = query === undefined ? 0 : (to ?? 0);
    if (before > indexed + 1) {
      const next = this.#scan(range.term, indexed, before, matches);
      if (next !== undefined) return matches.upTo(next);
      before = indexed + 1;
    }
    if (query === undefined) return matches.all;
    const lowest = from ?? 0;
    if (before > lowest + 1) {
      const next = this.#lookUp(range.term, query, lowest, before, matches);
      if (next !== undefined) return matches.upTo(next);
      before = lowest + 1;
    }
    const next = lowest === 0 ? undefined : this.#scan(range.term, 0, before, matches);
    return next === undefined ? matches.all : matches.upTo(next);
  }

  /** Reads entries one by one. Returns where it has stopped; `undefined`: at `after`. */
  #scan(term: SearchTerm, after: number, before: number, matches: Matches): number | undefined {
    const { revision: lowest, count } = this.#reach.get(after, before) as { revision: number | null; count: number };
    if (lowest === null) return undefined;
    const rows = this.#scanned.all(lowest, before, term.inValues ? 1 : 0, term.text, ...scopeOf(term));
    const stopped = this.#offer(rows, matches);
    return stopped ?? (count < maxScanned ? undefined : lowest);
  }

  /** Reads the entries that the index names. Returns as {@link #scan} does. */
  #lookUp(term: SearchTerm, query: string, after: number, before: number, matches: Matches): number | undefined {
    const endMs = performance.now() + maxLookUpMs;
    let top = before;
    for (let reach = firstReach; ; ) {
      const beganMs = performance.now();
      const floor = Math.max(after, top - reach);
      const named = (this.#named?.all(query, floor, top) ?? []).map((row) => row.revision as number);
      const rows = this.#current.all(JSON.stringify(named), ...scopeOf(term));
      const stopped = this.#offer(rows, matches);
      if (stopped !== undefined) return stopped;
      const isWhole = named.length < namedSize;
      if (isWhole && floor === after) return undefined;
      top = isWhole ? floor + 1 : (named.at(-1) as number);
      const nowMs = performance.now();
      if (nowMs > endMs) return top;
      // Where it takes its time, twice as far would take twice as long, and nothing ends it.
      if (nowMs - beganMs < maxLookUpMs / 4) reach *= 2;
    }
  }

  /** Returns the revision of the last entry where that was enough. */
  #offer(rows: readonly { revision?: unknown }[], matches: Matches): number | undefined {
    const revisions = rows.map(({ revision }) => revision as number);
    for (let start = 0; start < revisions.length; start += blockSize) {
      for (const entry of this.#entriesOf(revisions.slice(start, start + blockSize))) {
        if (!matches.offer(entry)) return entry.revision;
      }
    }
    return undefined;
  }
}

const scopeOf = ({ namespacePrefix, keyPrefix }: SearchTerm): readonly string[] => [
  ...keyRange(namespacePrefix, undefined),
  ...keyRange(keyPrefix, undefined),
];

/** The words of three characters that an entry with the text has; `undefined` where it is shorter. */
function matchExpression({ text, inKeys, inValues }: SearchTerm): string | undefined {
  const characters = [...text];
  const words = new Set(characters.slice(0, -2).map((_, at) => characters.slice(at, at + 3).join('')));
  if (words.size === 0) return undefined;
  const all = [...words].slice(0, maxTrigrams).map((word) => `"${word.replaceAll('"', '""')}"`);
  const column = inKeys && inValues ? '' : inKeys ? 'key : ' : 'value : ';
  return `${column}(${all.join(' AND ')})`;
}
