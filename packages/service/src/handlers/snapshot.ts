import { Encoded, type SnapshotRequest, type SnapshotResponse } from '@cfg/proto';
import { requireCapability, requireNamespace, requireNotNegative } from '../checks.js';
import type { Environment } from '../environment.js';
import { Snapshots } from '../snapshots/snapshots.js';
import { asked, type Handler, storeOptions } from './handler.js';

export function snapshotHandler(environment: Environment): Handler<SnapshotRequest, SnapshotResponse> {
  const { store } = environment;
  const snapshots = new Snapshots(environment);
  return {
    asks(request) {
      requireNamespace(request);
      requireNotNegative('at_revision', request.atRevision);
      return [asked('read', request.namespace)];
    },
    async answer({ namespace, ifNoneMatch, atRevision }, call) {
      requireCapability(store, 'revisions', 'at_revision', atRevision !== 0);
      const { body, at } = await snapshots.take(namespace, atRevision, storeOptions(call));
      const { etag, logId, namespaceRevision } = body;
      const rest = { etag, logId, namespaceRevision, revision: at?.revision, oldestRevision: at?.oldestRevision ?? 0 };
      return ifNoneMatch === etag
        ? new Encoded(body.notModifiedAt(at), () => ({ ...rest, entries: [], notModified: true }))
        : new Encoded(body.bytesAt(at), () => ({ ...rest, entries: body.entries(), notModified: false }));
    },
  };
}
