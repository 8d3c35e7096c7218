import type { Entry } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import type { SearchMatch, SearchPage, SearchQuery } from '../contract/search.js';
import type { SearchTerm } from '../rules/search-term.js';
import { isLive } from '../rules/write-rules.js';
import { type Steps, wait } from '../util/steps.js';
import type { EngineReader, SearchRange, SearchStretch } from './engine.js';
import { decodeCursor, encodeCursor } from './page-cursor.js';
import { limitOf, pageOf } from './paging.js';

/** A page of what has the text. `nowMs` is the time: what has expired by then is left out. */
export function* readSearch(
  reader: EngineReader,
  term: SearchTerm,
  query: SearchQuery,
  nowMs: number,
): Steps<SearchPage> {
  const scope = `search\n${term.scope}`;
  const limits = { limit: limitOf(query.limit), maxBytes: limitOf(query.maxBytes) };
  const before = revisionOf(decodeCursor(scope, query.cursor));
  const { revision, logId } = yield* wait(reader.head());
  const found = yield* wait(reader.search({ term, before, limit: limits.limit + 1, maxBytes: limits.maxBytes }));
  const position = ({ entry }: SearchMatch): string => String(entry.revision);
  const { items, nextCursor } = pageOf(found.matches, limits, scope, position, ({ entry }) => entry.size);
  const goesOn = found.next > 0 ? encodeCursor(scope, String(found.next)) : '';
  return {
    matches: items.filter(({ entry }) => isLive(entry, nowMs)),
    nextCursor: nextCursor || goesOn,
    revision,
    logId,
  };
}

function revisionOf(position: string | undefined): number {
  if (position === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d{1,16}$/.test(position)) throw new ConfigError('invalid_cursor', 'invalid cursor: it names no revision');
  return Number(position);
}

/** Collects a stretch of matches from entries that are offered one by one. */
export class Matches {
  readonly #range: SearchRange;
  readonly #found: SearchMatch[] = [];
  #left: number;
  #bytes = 0;

  /** At most `maxExamined` entries are looked at. */
  constructor(range: SearchRange, maxExamined: number = Number.POSITIVE_INFINITY) {
    this.#range = range;
    this.#left = maxExamined;
  }

  /** Looks at one. Returns false once that is enough. */
  offer(entry: Entry): boolean {
    const { term, limit, maxBytes } = this.#range;
    this.#left -= 1;
    const match = term.match(entry);
    if (match !== undefined) {
      this.#found.push(match);
      this.#bytes += entry.size;
    }
    return this.#left > 0 && this.#found.length < limit && !(this.#bytes > maxBytes && this.#found.length > 1);
  }

  /** The results so far, where more may follow before that revision. */
  upTo(next: number): SearchStretch {
    return { matches: this.#found, next };
  }

  /** The results, where nothing follows. */
  get all(): SearchStretch {
    return { matches: this.#found, next: 0 };
  }
}
