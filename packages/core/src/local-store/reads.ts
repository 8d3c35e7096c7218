import type {
  NamespacePage,
  NamespaceQuery,
  RevisionState,
  Snapshot,
  SnapshotOptions,
  VersionPage,
  VersionQuery,
} from '../contract/capabilities.js';
import type { Entry } from '../contract/entry.js';
import { ConfigError, keyNotFound, versionNotFound } from '../contract/errors.js';
import type { Page, Query } from '../contract/store.js';
import { isLive } from '../rules/write-rules.js';
import { type Steps, wait } from '../util/steps.js';
import type { EngineReader, Head, Range } from './engine.js';
import { decodeCursor } from './page-cursor.js';
import { limitOf, pageOf } from './paging.js';
import { checkReached, pastRange, pastStates } from './past.js';

/*
 * The reads of the contract, over what an engine can read as of one moment. `nowMs` is the time: what has expired by
 * then is left out, also where its deletion could not be committed.
 */

const sizeOf = (entry: Entry): number => entry.size;

export function* readPage(reader: EngineReader, namespace: string, query: Query, nowMs: number): Steps<Page> {
  const { keys, prefix = '', includeDeleted = false, atRevision = 0 } = query;
  const limits = { limit: limitOf(query.limit), maxBytes: limitOf(query.maxBytes) };
  const scope = `keys\n${namespace}\n${prefix}\n${atRevision}`;
  const after = keys === undefined ? decodeCursor(scope, query.cursor) : undefined;
  const { maxBytes } = limits;
  const head = yield* wait(reader.head());
  checkReached(atRevision, head);
  const at = {
    ...head,
    revision: atRevision || head.revision,
    namespaceRevision: yield* wait(reader.namespaceRevision(namespace)),
  };
  const shown = (entry: Entry): boolean =>
    entry.deleted ? includeDeleted : atRevision > 0 || includeDeleted || isLive(entry, nowMs);
  if (keys !== undefined) {
    const names = [...new Set(keys)].sort();
    const states = atRevision
      ? yield* pastStates(reader, namespace, names, atRevision, head)
      : yield* wait(reader.states(namespace, names));
    return { entries: states.filter(shown), nextCursor: '', ...at };
  }
  const range = { namespace, prefix, after, limit: limits.limit + 1, maxBytes, includeDeleted };
  const found = yield* readRange(reader, range, atRevision, head);
  const { items, nextCursor } = pageOf(found, limits, scope, (entry) => entry.key, sizeOf);
  return { entries: items.every(shown) ? items : items.filter(shown), nextCursor, ...at };
}

function* readRange(reader: EngineReader, range: Range, revision: number, head: Head): Steps<readonly Entry[]> {
  return revision > 0 ? yield* pastRange(reader, range, revision, head) : yield* wait(reader.range(range));
}

/** The entry of a key at a revision. Throws `not_found`. */
export function* readPast(reader: EngineReader, namespace: string, key: string, revision: number): Steps<Entry> {
  const head = yield* wait(reader.head());
  checkReached(revision, head);
  const [entry] = yield* pastStates(reader, namespace, [key], revision, head);
  if (entry === undefined || entry.deleted) throw keyNotFound(namespace, key);
  return entry;
}

export function* readVersions(
  reader: EngineReader,
  namespace: string,
  key: string,
  query: VersionQuery,
  nowMs: number,
): Steps<VersionPage> {
  const { version = 0, includeDeleted = false } = query;
  const [last] = yield* wait(reader.states(namespace, [key]));
  if (last === undefined || !(includeDeleted || isLive(last, nowMs))) throw keyNotFound(namespace, key);
  const scope = `versions\n${namespace}\n${key}`;
  const one = version > 0;
  const limit = one ? Number.POSITIVE_INFINITY : limitOf(query.limit);
  const maxBytes = one ? Number.POSITIVE_INFINITY : limitOf(query.maxBytes);
  const before = one ? Number.POSITIVE_INFINITY : revisionOf(decodeCursor(scope, query.cursor));
  const range = { namespace, key, version, before, limit: limit + 1, maxBytes, includeDeleted };
  const found = yield* wait(reader.history(range));
  if (one && found.length === 0) throw versionNotFound(namespace, key, version);
  const position = (entry: Entry): string => String(entry.revision);
  const { items, nextCursor } = pageOf(found, { limit, maxBytes }, scope, position, sizeOf);
  return { entries: items, nextCursor };
}

/** The revision at which a page ended; infinite for the first. */
function revisionOf(position: string | undefined): number {
  if (position === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d{1,15}$/.test(position)) throw new ConfigError('invalid_cursor', 'invalid cursor: it names no revision');
  return Number(position);
}

export function* readNamespaces(reader: EngineReader, query: NamespaceQuery): Steps<NamespacePage> {
  const { prefix = '' } = query;
  const scope = `namespaces\n${prefix}`;
  const limits = { limit: limitOf(query.limit), maxBytes: Number.POSITIVE_INFINITY };
  const after = decodeCursor(scope, query.cursor) ?? '';
  const names = yield* wait(reader.namespaces(prefix, after, limits.limit + 1));
  const { items, nextCursor } = pageOf(names, limits, scope, (name) => name);
  return { namespaces: items, nextCursor };
}

export function* readRevision(reader: EngineReader, namespace: string): Steps<RevisionState> {
  const head = yield* wait(reader.head());
  return { ...head, namespaceRevision: yield* wait(reader.namespaceRevision(namespace)) };
}

export function* readSnapshot(
  reader: EngineReader,
  namespace: string,
  options: SnapshotOptions,
  nowMs: number,
): Steps<Snapshot> {
  const { atRevision = 0 } = options;
  const most = limitOf(options.maxEntries);
  const maxBytes = limitOf(options.maxBytes);
  const { oldestRevision: _, ...at } = yield* readRevision(reader, namespace);
  const head = yield* wait(reader.head());
  checkReached(atRevision, head);
  const range = { namespace, prefix: '', after: undefined, limit: most + 1, maxBytes, includeDeleted: false };
  const found = yield* readRange(reader, range, atRevision, head);
  const entries =
    atRevision > 0 || found.every((entry) => isLive(entry, nowMs))
      ? found
      : found.filter((entry) => isLive(entry, nowMs));
  if (entries.length > most) throw tooLarge(`namespace ${namespace} has more than ${most} entries`);
  if (maxBytes !== Number.POSITIVE_INFINITY && entries.reduce((sum, { size }) => sum + size, 0) > maxBytes) {
    throw tooLarge(`the values of namespace ${namespace} have more than ${maxBytes} bytes`);
  }
  return { ...at, revision: atRevision || head.revision, entries };
}

const tooLarge = (what: string): ConfigError => new ConfigError('resource_exhausted', what);
