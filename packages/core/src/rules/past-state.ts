import type { Entry } from '../contract/entry.js';
import { revisionCompacted } from '../contract/errors.js';

/**
 * The state of a key at a revision: its entry, its tombstone, or `undefined` where it did not exist yet. `nearest` is
 * what `KeyReader.nearest` returned for it. Of every key the newest changes are kept without a hole, so that the newest
 * kept change up to the revision is the state; where there is none, the key was made later if its first version is still
 * kept, and otherwise nobody knows: then this throws `revision_compacted`.
 */
export function pastState(nearest: Entry | undefined, revision: number, oldestRevision: number): Entry | undefined {
  if (nearest === undefined) return undefined;
  if (nearest.revision <= revision) return nearest;
  if (nearest.version === 1 && !nearest.deleted) return undefined;
  const { namespace, key } = nearest;
  throw revisionCompacted(
    `the state of ${namespace}/${key} at revision ${revision} is compacted: its history goes back to ${nearest.revision}`,
    Math.max(oldestRevision, nearest.revision),
  );
}
