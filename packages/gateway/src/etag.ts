import type { SnapshotResponse } from '@cfg/proto';
import type { ResponseHook } from './rpc-endpoint.js';

/** `ETag` of a snapshot, and 304 for a caller who names it in `If-None-Match`. */
export const snapshotEtag: ResponseHook = (message, { headers }) => {
  const { etag, notModified } = message as SnapshotResponse;
  const tag = `"${etag}"`;
  const known = (headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  // Who asks by the query parameter, as the original's callers do, gets the message that says so.
  const isKnown = !notModified && (known.includes(tag) || known.includes('*'));
  return { status: isKnown ? 304 : 200, headers: { etag: tag } };
};
