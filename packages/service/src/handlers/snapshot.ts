import { Encoded, type SnapshotRequest, type SnapshotResponse } from '@cfg/proto';
import type { Call } from '../call.js';
import { requireCapability, requireNamespace, requireNotNegative } from '../checks.js';
import type { Environment } from '../environment.js';
import { Snapshots, type TakenSnapshot } from '../snapshots/snapshots.js';
import { asked, type Handler, storeOptions } from './handler.js';

export function snapshotHandler(environment: Environment): Handler<SnapshotRequest, SnapshotResponse> {
  const { store, reveals } = environment;
  const snapshots = new Snapshots(environment);

  /** With its secrets only for who may reveal all of them; the values of others are not even opened. */
  async function take(namespace: string, atRevision: number, call: Call): Promise<TakenSnapshot> {
    const masked = await snapshots.take(namespace, atRevision, storeOptions(call));
    if (masked.body.secrets === 0 || call.wantsMasks || !(await reveals.allows(call, { namespace }))) return masked;
    const revealed = await snapshots.take(namespace, atRevision, { ...storeOptions(call), reveal: true });
    reveals.note(call, { namespace, key: '', prefix: '', count: revealed.body.secrets });
    return revealed;
  }

  return {
    asks(request) {
      requireNamespace(request);
      requireNotNegative('at_revision', request.atRevision);
      return [asked('read', request.namespace)];
    },
    async answer({ namespace, ifNoneMatch, atRevision }, call) {
      requireCapability(store, 'revisions', 'at_revision', atRevision !== 0);
      const { body, at } = await take(namespace, atRevision, call);
      const { etag, logId, namespaceRevision } = body;
      const rest = { etag, logId, namespaceRevision, revision: at?.revision, oldestRevision: at?.oldestRevision ?? 0 };
      return ifNoneMatch === etag
        ? new Encoded(body.notModifiedAt(at), () => ({ ...rest, entries: [], notModified: true }))
        : new Encoded(body.bytesAt(at), () => ({ ...rest, entries: body.entries(), notModified: false }));
    },
  };
}
