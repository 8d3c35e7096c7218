import type { CallOptions, SearchPage, SearchQuery } from '@cfg/core';
import { SearchTerm } from '@cfg/core/store';
import { SearchIn } from '@cfg/proto';
import type { Connection } from '../connection.js';
import { toEntry } from './entry.js';
import { wireLimit } from './request.js';

const places = {
  keys: SearchIn.SEARCH_IN_KEYS,
  values: SearchIn.SEARCH_IN_VALUES,
  both: SearchIn.SEARCH_IN_BOTH,
} as const;

/** A page of Search. */
export async function searchPage(
  connection: Connection,
  query: SearchQuery,
  options: CallOptions,
): Promise<SearchPage> {
  // A query that no server could answer is refused before it is sent.
  new SearchTerm(query);
  const { text, in: where = 'both', namespacePrefix = '', keyPrefix = '', cursor = '' } = query;
  const request = { query: text, in: places[where], namespacePrefix, keyPrefix, cursor, limit: wireLimit(query) };
  const kind = { ...options, needs: ['search' as const] };
  const answer = await connection.operate((client, call) => client.search(request, call), kind);
  const { nextCursor, revision, logId } = answer;
  const matches = answer.matches.map(({ entry, inKey, inValue }) => ({ entry: toEntry(entry), inKey, inValue }));
  return { matches, nextCursor, revision, logId };
}
