import { ConfigError } from '@cfg/core';
import { maxMessageBytes } from '@cfg/proto';
import type { ServiceSettings } from '../options.js';

/** How much of a listing to ask a store for. */
export interface PageBounds {
  readonly limit: number;
  readonly maxBytes: number;
}

/** The bounds of a page of `limit` entries; of a whole listing (0), as much as one answer may have. */
export function pageBounds({ maxSnapshotEntries, maxPageBytes }: ServiceSettings, limit: number): PageBounds {
  return limit === 0
    ? { limit: maxSnapshotEntries, maxBytes: maxMessageBytes }
    : { limit: Math.min(limit, maxSnapshotEntries), maxBytes: maxPageBytes };
}

/** A caller without a limit expects everything: throws `resource_exhausted` rather than cut it. */
export function requireWhole(nextCursor: string, { limit, maxBytes }: PageBounds): void {
  if (nextCursor === '') return;
  const message = `there are more than ${limit} entries or ${maxBytes} bytes; ask for pages with a limit`;
  throw new ConfigError('resource_exhausted', message);
}
