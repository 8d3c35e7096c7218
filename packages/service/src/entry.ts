import { type Alias, type Entry, valueTypeNumber } from '@cfg/core';
import type { Timestamp, Alias as WireAlias, Entry as WireEntry } from '@cfg/proto';
import { nanosOf, secondsOf } from './entry-bytes.js';

export function timestamp(ms: number): Timestamp {
  return { seconds: secondsOf(ms), nanos: nanosOf(ms) };
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
    author: entry.author,
    comment: entry.comment,
    secret: entry.secret,
    masked: entry.masked,
  };
}

export function aliasMessage(alias: Alias): WireAlias {
  return {
    alias: alias.alias,
    target: alias.target,
    version: alias.version,
    createdAt: timestamp(alias.createdAtMs),
  };
}
