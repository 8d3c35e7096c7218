import type { Entry } from '../contract/entry.js';
import { revisionCompacted } from '../contract/errors.js';
import { pastState } from '../rules/past-state.js';
import { type Steps, wait } from '../util/steps.js';
import type { EngineReader, Head, Range } from './engine.js';

/** How many keys are looked up at a time. */
const pageSize = 256;

/** Throws `revision_compacted` for a revision that the log has not reached. */
export function checkReached(revision: number, { revision: head, oldestRevision }: Head): void {
  if (revision <= head) return;
  throw revisionCompacted(`revision ${revision} is not reached: the log is at ${head}`, oldestRevision);
}

/** The states of the keys at a revision, tombstones included; a key that did not exist then is left out. */
export function* pastStates(
  reader: EngineReader,
  namespace: string,
  keys: readonly string[],
  revision: number,
  { oldestRevision }: Head,
): Steps<Entry[]> {
  const nearest = yield* wait(reader.nearest(namespace, keys, revision));
  return nearest.flatMap((entry) => pastState(entry, revision, oldestRevision) ?? []);
}

/** The range as it was at a revision. */
export function* pastRange(reader: EngineReader, range: Range, revision: number, head: Head): Steps<Entry[]> {
  const found: Entry[] = [];
  let bytes = 0;
  for (let after = range.after; ; ) {
    const keys = { ...range, after, limit: pageSize, maxBytes: range.maxBytes, includeDeleted: true };
    const now = yield* wait(reader.range(keys));
    const names = now.map(({ key }) => key);
    for (const entry of yield* pastStates(reader, range.namespace, names, revision, head)) {
      if (entry.deleted && !range.includeDeleted) continue;
      found.push(entry);
      bytes += entry.size;
      if (found.length >= range.limit || (bytes > range.maxBytes && found.length > 1)) return found;
    }
    if (now.length === 0) return found;
    after = names.at(-1);
  }
}
