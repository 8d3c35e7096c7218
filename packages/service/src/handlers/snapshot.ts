import { can } from '@cfg/core';
import { Encoded, type SnapshotRequest, type SnapshotResponse } from '@cfg/proto';
import { requireNamespace, resource } from '../checks.js';
import type { Environment } from '../environment.js';
import { CachedSnapshots } from '../snapshots/cached.js';
import { FoundSnapshots } from '../snapshots/found.js';
import type { Snapshots } from '../snapshots/snapshots.js';
import type { Handler } from './handler.js';

export function snapshotHandler(environment: Environment): Handler<SnapshotRequest, SnapshotResponse> {
  const { authorizer } = environment;
  const snapshots = snapshotsOf(environment);
  return async (request, call) => {
    const { namespace, ifNoneMatch } = request;
    requireNamespace(request);
    const asking = authorizer.authorize(call, 'read', resource(namespace));
    if (asking !== undefined) await asking;
    const { body, revision, logId } = await snapshots.take(namespace, call.signal);
    const rest = { etag: body.etag, revision, logId };
    if (ifNoneMatch === body.etag) {
      return new Encoded(body.notModifiedAt(revision), () => ({ ...rest, entries: [], notModified: true }));
    }
    return new Encoded(body.bytesAt(revision), () => ({ ...rest, entries: body.entries(), notModified: false }));
  };
}

function snapshotsOf({ store, encoder, settings }: Environment): Snapshots {
  const { maxSnapshotEntries, snapshotCacheBytes } = settings;
  return can(store, 'revisions')
    ? new CachedSnapshots(store, encoder, maxSnapshotEntries, snapshotCacheBytes)
    : new FoundSnapshots(store, encoder, maxSnapshotEntries);
}
