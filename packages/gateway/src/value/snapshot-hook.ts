import type { SnapshotResponse } from '@cfg/proto';
import type { RpcHook } from '../rpc-endpoint.js';
import { isKnown, revalidated } from './entry-tag.js';

/** Of Snapshot: its entity tag, and 304 for a caller who names it in `If-None-Match`. */
export const snapshotHook: RpcHook = {
  answer(message, { request }) {
    const { etag, notModified } = message as SnapshotResponse;
    const tag = `"${etag}"`;
    // Who asks by the query parameter, as the original's callers do, gets the message that says so.
    const status = !notModified && isKnown(request.headers, tag) ? 304 : 200;
    return { status, headers: { etag: tag, ...revalidated } };
  },
};
