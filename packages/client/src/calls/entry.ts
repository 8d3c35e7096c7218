import {
  type Alias,
  type BatchOutcome,
  Change,
  ConfigError,
  type ChangeType as CoreChangeType,
  Entry,
  valueTypeOf,
  type WatchEvent,
} from '@cfg/core';
import {
  type BatchResponse,
  ChangeType,
  type WatchResponse,
  type Alias as WireAlias,
  type Entry as WireEntry,
} from '@cfg/proto';

/** Messages of the wire, as core's entries, aliases and changes. */

const nothing = new Uint8Array(0);

/** `deleted` is for a tombstone that does not say so itself: that of a delete event. */
export function toEntry(message: WireEntry | undefined, deleted: boolean = message?.deleted ?? false): Entry {
  if (message === undefined) throw new ConfigError('internal', 'the server answered without an entry');
  return new Entry({
    namespace: message.namespace,
    key: message.key,
    // Entries are kept: a view would keep the whole network chunk with it.
    bytes: deleted || message.value.length === 0 ? nothing : new Uint8Array(message.value),
    codec: message.codec,
    type: valueTypeOf(message.type),
    version: message.version,
    revision: message.revision,
    createdAtMs: toMs(message.createdAt),
    updatedAtMs: toMs(message.updatedAt),
    expiresAtMs: message.expiresAt === undefined ? undefined : toMs(message.expiresAt),
    deleted,
    author: message.author,
    comment: message.comment,
    secret: message.secret,
    masked: message.masked,
  });
}

export const toEntries = (messages: readonly WireEntry[]): Entry[] => messages.map((message) => toEntry(message));

/** The outcome of a batch or a restore. */
export function toOutcome({ results, firstRevision, lastRevision, dryRun }: BatchResponse): BatchOutcome {
  return { entries: results.map(({ entry }) => toEntry(entry)), firstRevision, lastRevision, dryRun };
}

export function toAlias(message: WireAlias | undefined): Alias {
  if (message === undefined) throw new ConfigError('internal', 'the server answered without an alias');
  const { alias, target, version } = message;
  return { alias, target, version, revision: 0, createdAtMs: toMs(message.createdAt) };
}

/** `undefined` for an event of a type that this client does not know. */
export function toWatchEvent(message: WatchResponse): WatchEvent | undefined {
  const { type, revision, logId } = message;
  switch (type) {
    case ChangeType.CHANGE_TYPE_SET:
      return change('set', message);
    case ChangeType.CHANGE_TYPE_ALIAS_SET:
      return change('alias_set', message);
    case ChangeType.CHANGE_TYPE_DELETE:
      return change('delete', message);
    case ChangeType.CHANGE_TYPE_ALIAS_DELETE:
      return change('alias_delete', message);
    case ChangeType.CHANGE_TYPE_PROGRESS:
      return { type: 'progress', revision, logId };
    default:
      return undefined;
  }
}

function change(type: CoreChangeType, { entry, revision, more }: WatchResponse): Change {
  const deleted = type === 'delete' || type === 'alias_delete';
  return new Change(type, toEntry(entry, deleted), revision || entry?.revision, '', more);
}

export const toMs = (time: { seconds: number; nanos: number } | undefined): number =>
  time === undefined ? 0 : time.seconds * 1_000 + Math.floor(time.nanos / 1_000_000);
