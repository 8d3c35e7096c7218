import {
  defaultCodecs,
  type EncodedValue,
  type Entry,
  type Page,
  type SetOptions,
  valueTypeNumber,
  type WatchEvent,
} from '@cfg/core';
import {
  ChangeType,
  type Duration,
  type SetRequest,
  type WatchResponse,
  type Alias as WireAlias,
  Entry as WireEntry,
} from '@cfg/proto';

/* Messages of the wire as a server makes them, from entries, aliases and changes of core. */

export const setting = ({ writeMode, ttl }: SetRequest): Pick<SetOptions, 'mode' | 'ttlMs'> => ({
  mode: (['upsert', 'upsert', 'create', 'update'] as const)[writeMode] ?? 'upsert',
  ttlMs: ttl && toMs(ttl),
});

export const valueIn = ({ value: bytes, codec }: SetRequest): EncodedValue => ({
  bytes,
  codec,
  type: defaultCodecs().inspect(bytes, codec),
});

interface Position {
  readonly revision: number | undefined;
  readonly logId: string;
  readonly namespaceRevision: number;
  readonly oldestRevision: number;
}

export const position = (page: Partial<Page>): Position => {
  const { revision, logId = '', namespaceRevision = 0, oldestRevision = 0 } = page;
  return { revision, logId, namespaceRevision, oldestRevision };
};

const toMs = (ttl: Duration): number => ttl.seconds * 1_000 + ttl.nanos / 1_000_000;

const toTime = (ms: number): { seconds: number; nanos: number } => ({
  seconds: Math.floor(ms / 1_000),
  nanos: (ms % 1_000) * 1_000_000,
});

export function toWire(entry: Entry): WireEntry {
  const { namespace, key, bytes, codec, version, revision, deleted, expiresAtMs, author, comment } = entry;
  const { secret, masked } = entry;
  return {
    ...{ namespace, key, codec, version, revision, deleted, author, comment, secret, masked },
    ...{ value: bytes, type: valueTypeNumber(entry.type) },
    createdAt: toTime(entry.createdAtMs),
    updatedAt: toTime(entry.updatedAtMs),
    expiresAt: expiresAtMs === undefined ? undefined : toTime(expiresAtMs),
  };
}

export const toWireAlias = ({
  createdAtMs,
  ...alias
}: {
  alias: string;
  target: string;
  version: number;
  createdAtMs: number;
}): WireAlias => ({
  ...alias,
  createdAt: toTime(createdAtMs),
});

const changeTypes = {
  set: ChangeType.CHANGE_TYPE_SET,
  delete: ChangeType.CHANGE_TYPE_DELETE,
  alias_set: ChangeType.CHANGE_TYPE_ALIAS_SET,
  alias_delete: ChangeType.CHANGE_TYPE_ALIAS_DELETE,
} as const;

export function toWatchResponse(event: WatchEvent): WatchResponse {
  if (event.type === 'progress')
    return { ...event, type: ChangeType.CHANGE_TYPE_PROGRESS, entry: undefined, more: false };
  const { namespace, key } = event.entry;
  const gone = event.type === 'delete' || event.type === 'alias_delete';
  const { author, comment } = event.entry;
  const entry = gone ? WireEntry.fromPartial({ namespace, key, author, comment }) : toWire(event.entry);
  return { type: changeTypes[event.type], entry, revision: event.revision, logId: '', more: event.more };
}
