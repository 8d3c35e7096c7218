import { type Alias, type Change, type Entry, type Progress, valueTypeNumber, type WatchEvent } from '@cfg/core';
import {
  ChangeType,
  Encoded,
  GetResponse,
  type Alias as WireAlias,
  Entry as WireEntry,
  type Timestamp,
  WatchResponse,
} from '@cfg/proto';

/*
 * Core's entries and changes as the wire has them. An entry is encoded once, framed as field 1 of a message: that is the
 * whole of a GetResponse and a SetResponse, and one of the entries of a List, a Snapshot or GetVersions.
 */

/** The tag of a WatchResponse's entry: field 2, of a length. */
const watchEntryTag = Uint8Array.of(0x12);

export function timestamp(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1_000_000) };
}

/** The entry as a message. Shares the value's bytes. */
export function entryMessage(entry: Entry): WireEntry {
  return {
    namespace: entry.namespace,
    key: entry.key,
    value: entry.bytes,
    codec: entry.codec,
    type: valueTypeNumber(entry.type),
    version: entry.version,
    createdAt: timestamp(entry.createdAtMs),
    updatedAt: timestamp(entry.updatedAtMs),
    revision: entry.revision,
    expiresAt: entry.expiresAtMs === undefined ? undefined : timestamp(entry.expiresAtMs),
    deleted: entry.deleted,
  };
}

/** The entry's bytes as field 1 of a message, made once and kept with the entry. */
export function entryField(entry: Entry): Uint8Array {
  entry.encoded ??= GetResponse.encode({ entry: entryMessage(entry) }).finish();
  return entry.encoded;
}

/** The answer of a Get and of a Set, which are the same on the wire. */
export function entryAnswer(entry: Entry): Encoded<{ entry: WireEntry | undefined }> {
  return new Encoded(entryField(entry), () => ({ entry: entryMessage(entry) }));
}

export function aliasMessage(alias: Alias): WireAlias {
  return {
    alias: alias.alias,
    target: alias.target,
    version: alias.version,
    createdAt: timestamp(alias.createdAtMs),
  };
}

const changeTypes: Readonly<Record<Change['type'], ChangeType>> = {
  set: ChangeType.CHANGE_TYPE_SET,
  delete: ChangeType.CHANGE_TYPE_DELETE,
  alias_set: ChangeType.CHANGE_TYPE_ALIAS_SET,
  alias_delete: ChangeType.CHANGE_TYPE_ALIAS_DELETE,
};

/** The event as a watcher gets it: of a change, made once and kept with it, so that all its watchers share it. */
export function watchAnswer(event: WatchEvent): Encoded<WatchResponse> {
  if (event.type === 'progress') return progressAnswer(event);
  if (!(event.encoded instanceof Encoded)) event.encoded = changeAnswer(event);
  return event.encoded as Encoded<WatchResponse>;
}

function progressAnswer({ revision, logId }: Progress): Encoded<WatchResponse> {
  const message = { type: ChangeType.CHANGE_TYPE_PROGRESS, entry: undefined, revision, logId };
  return new Encoded(WatchResponse.encode(message).finish(), () => message);
}

function changeAnswer({ type, entry, revision }: Change): Encoded<WatchResponse> {
  const head = { type: changeTypes[type], entry: undefined, revision, logId: '' };
  if (type === 'delete' || type === 'alias_delete') {
    const { namespace, key } = entry;
    const message = { ...head, entry: WireEntry.fromPartial({ namespace, key }) };
    return new Encoded(WatchResponse.encode(message).finish(), () => message);
  }
  const bytes = Buffer.concat([WatchResponse.encode(head).finish(), watchEntryTag, entryField(entry).subarray(1)]);
  return new Encoded(bytes, () => ({ ...head, entry: entryMessage(entry) }));
}
