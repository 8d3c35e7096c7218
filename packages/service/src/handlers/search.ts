import { setImmediate } from 'node:timers/promises';
import { can, type SearchIn as In, type SearchMatch, type SearchQuery } from '@cfg/core';
import { SearchTerm } from '@cfg/core/store';
import { SearchIn, type SearchRequest, type SearchResponse, type SearchMatch as WireMatch } from '@cfg/proto';
import { requireNotNegative } from '../checks.js';
import { entryMessage } from '../entry.js';
import type { Environment } from '../environment.js';
import { isHidden } from '../reveals.js';
import { invalidArgument, unsupported } from '../status.js';
import { asked, type Handler, storeOptions } from './handler.js';
import { readable } from './readable.js';

/** Matches of a page where the request does not say. */
const pageSize = 100;

/** How many stretches of the store one call reads on where it finds too little that the caller may read. */
const maxStretches = 20;

/** After so many milliseconds a call begins no other stretch: a page that is not full, or empty, tells where to go on. */
const maxReadMs = 25;

const places: Readonly<Record<number, In>> = {
  [SearchIn.SEARCH_IN_UNSPECIFIED]: 'both',
  [SearchIn.SEARCH_IN_KEYS]: 'keys',
  [SearchIn.SEARCH_IN_VALUES]: 'values',
  [SearchIn.SEARCH_IN_BOTH]: 'both',
};

/** Every caller may search: what they may not read is passed over, and neither shown nor counted. */
export const searchHandler = ({ store, settings }: Environment): Handler<SearchRequest, SearchResponse> => ({
  asks(request) {
    requireNotNegative('limit', request.limit);
    new SearchTerm(queryOf(request));
    return [];
  },
  async answer(request, call) {
    if (!can(store, 'search')) throw unsupported('the store cannot search');
    const query = queryOf(request);
    const wanted = Math.min(request.limit || pageSize, settings.maxSnapshotEntries);
    const matches: SearchMatch[] = [];
    let { cursor } = request;
    let first: { readonly revision: number; readonly logId: string } | undefined;
    let bytesLeft = settings.maxPageBytes;
    const endMs = performance.now() + maxReadMs;
    for (let stretch = 0; stretch < maxStretches; stretch += 1) {
      // Others get a turn between the stretches.
      if (stretch > 0) await setImmediate();
      const bounds = { limit: wanted - matches.length, maxBytes: bytesLeft, cursor };
      const page = await store.search({ ...query, ...bounds }, storeOptions(call));
      first ??= page;
      cursor = page.nextCursor;
      // The default namespace has no name by which a caller could read it.
      const named = page.matches.filter(({ entry }) => entry.namespace !== '');
      const shown = await readable(call, named, ({ entry }) => asked('read', entry.namespace, entry.key));
      matches.push(...shown);
      bytesLeft -= shown.reduce((sum, { entry }) => sum + entry.size, 0);
      if (cursor === '' || matches.length >= wanted || bytesLeft <= 0 || performance.now() > endMs) break;
    }
    const { revision = 0, logId = '' } = first ?? {};
    return { matches: matches.map(matchMessage), nextCursor: cursor, revision, logId };
  },
});

function queryOf({ query, namespacePrefix, keyPrefix, in: where }: SearchRequest): SearchQuery {
  const place = places[where];
  if (place === undefined) throw invalidArgument('in must be SEARCH_IN_KEYS, SEARCH_IN_VALUES or SEARCH_IN_BOTH');
  return { text: query, in: place, namespacePrefix, keyPrefix };
}

/** A secret that is found by its key comes without its value, whoever asks. */
function matchMessage({ entry, inKey, inValue }: SearchMatch): WireMatch {
  const message = entryMessage(isHidden(entry) ? entry.asMasked() : entry);
  return { entry: entry.type === 'secret' ? { ...message, value: new Uint8Array(0) } : message, inKey, inValue };
}
