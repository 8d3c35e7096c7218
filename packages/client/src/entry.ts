import { type Alias, Change, ConfigError, Entry, valueTypeOf, type WatchEvent } from '@cfg/core';
import { ChangeType, type Alias as WireAlias, type Entry as WireEntry, type WatchResponse } from '@cfg/proto';

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
  });
}

export const toEntries = (messages: readonly WireEntry[]): Entry[] => messages.map((message) => toEntry(message));

export function toAlias(message: WireAlias | undefined): Alias {
  if (message === undefined) throw new ConfigError('internal', 'the server answered without an alias');
  const { alias, target, version } = message;
  return { alias, target, version, revision: 0, createdAtMs: toMs(message.createdAt) };
}

/** `undefined` for an event of a type that this client does not know. */
export function toWatchEvent(message: WatchResponse): WatchEvent | undefined {
  const { type, entry, revision, logId } = message;
  switch (type) {
    case ChangeType.CHANGE_TYPE_SET:
      return new Change('set', toEntry(entry), revision || entry?.revision);
    case ChangeType.CHANGE_TYPE_ALIAS_SET:
      return new Change('alias_set', toEntry(entry), revision || entry?.revision);
    case ChangeType.CHANGE_TYPE_DELETE:
      return new Change('delete', toEntry(entry, true), revision || entry?.revision);
    case ChangeType.CHANGE_TYPE_ALIAS_DELETE:
      return new Change('alias_delete', toEntry(entry, true), revision || entry?.revision);
    case ChangeType.CHANGE_TYPE_PROGRESS:
      return { type: 'progress', revision, logId };
    default:
      return undefined;
  }
}

const toMs = (time: { seconds: number; nanos: number } | undefined): number =>
  time === undefined ? 0 : time.seconds * 1_000 + Math.floor(time.nanos / 1_000_000);
