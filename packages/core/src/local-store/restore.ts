import type { RestoreTarget } from '../contract/batch.js';
import type { Entry } from '../contract/entry.js';
import { ConfigError, keyNotFound, revisionCompacted, versionNotFound } from '../contract/errors.js';
import type { WriteOptions } from '../contract/store.js';
import { pastState } from '../rules/past-state.js';
import { isLive } from '../rules/write-rules.js';
import { type Steps, wait } from '../util/steps.js';
import type { WriteTables } from './engine.js';
import type { Plan } from './plan.js';

/** Maximum number of changes that one restore makes. */
export const maxRestoredKeys = 10_000;

/** How many keys are compared at a time. */
const pageSize = 256;

/**
 * Plans the changes that bring the target back to its earlier state. A key that holds the same value already is left alone; an earlier
 * state that has expired since counts as absent, unless its version is asked for by number: then it no longer expires.
 */
export function* planRestore(
  plan: Plan,
  tables: WriteTables,
  namespace: string,
  { key = '', to }: RestoreTarget,
  options: WriteOptions,
  head: number,
  nowMs: number,
): Steps<void> {
  if ('version' in to) {
    const last = yield* wait(tables.last(namespace, key));
    if (last === undefined) throw keyNotFound(namespace, key);
    const { version } = to;
    const before = Number.POSITIVE_INFINITY;
    const range = { namespace, key, version, before, limit: 1, maxBytes: before, includeDeleted: false };
    const [past] = yield* wait(tables.history(range));
    if (past === undefined) throw versionNotFound(namespace, key, version);
    if (!isLive(last, nowMs) || !holdsSame(past, last)) plan.restore(past, last, options);
    return;
  }
  const { revision } = to;
  if (revision > head) throw revisionCompacted(`revision ${revision} is not reached: the log is at ${head}`, head);
  if (key !== '') {
    const last = yield* wait(tables.last(namespace, key));
    if (last === undefined) throw keyNotFound(namespace, key);
    yield* restoreKeys(plan, tables, namespace, [last], options, revision, nowMs);
    return;
  }
  for (let after: string | undefined; ; ) {
    const limit = pageSize;
    const maxBytes = Number.POSITIVE_INFINITY;
    const lasts = yield* wait(tables.range({ namespace, prefix: '', after, limit, maxBytes, includeDeleted: true }));
    yield* restoreKeys(plan, tables, namespace, lasts, options, revision, nowMs);
    if (lasts.length < limit) return;
    after = lasts.at(-1)?.key;
  }
}

function* restoreKeys(
  plan: Plan,
  tables: WriteTables,
  namespace: string,
  lasts: readonly Entry[],
  options: WriteOptions,
  revision: number,
  nowMs: number,
): Steps<void> {
  const changed = lasts.filter((last) => last.revision > revision || !(last.deleted || isLive(last, nowMs)));
  const keys = changed.map(({ key }) => key);
  const nearest = keys.length === 0 ? [] : yield* wait(tables.nearest(namespace, keys, revision));
  for (const [index, last] of changed.entries()) {
    const past = pastState(nearest[index], revision, 0);
    if (isLive(past, nowMs)) {
      if (last.deleted || !holdsSame(past, last)) plan.restore(past, last, options);
    } else if (!last.deleted) {
      plan.delete(last, options);
    }
    if (plan.size > maxRestoredKeys) {
      throw new ConfigError(
        'resource_exhausted',
        `a restore of ${namespace} changes more than ${maxRestoredKeys} keys`,
      );
    }
  }
}

/** Whether the entries hold the same value, for the same time. */
const holdsSame = (past: Entry, last: Entry): boolean =>
  past.version === last.version ||
  (past.codec === last.codec &&
    past.type === last.type &&
    past.expiresAtMs === last.expiresAtMs &&
    past.size === last.size &&
    Buffer.compare(past.bytes, last.bytes) === 0);
