import type { SQLOutputValue } from 'node:sqlite';
import { type Alias, Change, type ChangeType, Entry, type EntryInit, valueTypeOf } from '@cfg/core';
import type { Place, Sealer } from '@cfg/core/store';
import { aliasChecksum, changeChecksum } from './checksum.js';
import { RowDamage } from './fault.js';

/** A row as `node:sqlite` returns it. */
export type Row = Record<string, SQLOutputValue>;

/**
 * The end of a statement that returns so many rows. From a bare `LIMIT ?` SQLite (since 3.48) draws conclusions about the
 * number, and so prepares the statement anew each time that one is bound, which takes longer than a page of rows.
 */
export const upTo = 'LIMIT ? + 0';

const columns =
  'changes.revision, changes.type, changes.namespace, changes.key, changes.version, changes.codec, ' +
  'changes.value_type, changes.created_at, changes.updated_at, changes.expires_at, changes.author, changes.comment';

/** The columns of `changes` that {@link changeOf} and {@link entryOf} read. */
export const changeColumns: string = `${columns}, changes.bytes, changes.dek, changes.request_id, changes.more, changes.checksum`;

/** The columns of `changes` that {@link stateOf} reads: SQLite has the size without reading the bytes. */
export const stateColumns: string = `${columns}, length(changes.bytes) AS size, changes.dek`;

/** The columns of `trail`, and of `changes` where it still has the row, that {@link trailedOf} reads. */
export const trailColumns: string =
  'trail.revision, trail.type, trail.namespace, trail.key, trail.version, trail.codec, trail.value_type, ' +
  'trail.updated_at, trail.updated_at AS created_at, trail.author, trail.comment, ' +
  "coalesce(changes.bytes, trail.target, iif(trail.type = 'set', NULL, x'')) AS bytes, changes.dek";

/** Throws {@link RowDamage} where a row of `changes` is not as it was written. */
export function checkRow(row: Row): void {
  if ((row.checksum ?? null) === null || row.checksum === changeChecksum(row)) return;
  throw new RowDamage(row.revision as number, `the change of revision ${row.revision}`);
}

/** The entry, or the tombstone, that a row of `changes` made. Throws as {@link checkRow} does. */
export function entryOf(row: Row, sealer: Sealer): Entry {
  checkRow(row);
  const bytes = row.bytes as Uint8Array;
  // An alias, which has no namespace, is no secret.
  return entryWith(row, (place) =>
    row.namespace === null ? { bytes } : sealer.kept(place, bytes, row.dek as number | null),
  );
}

/** Where the last state of a key should be, as its row of `entries` or `tombstones` says. */
export interface Pointer {
  readonly revision: number;
  readonly key: string;
  readonly version: number;
}

/** The entry that a key's pointer leads to. Throws {@link RowDamage} where it is missing, or another's. */
export function pointed(pointer: Pointer, entry: Entry | undefined): Entry {
  const { revision, key, version } = pointer;
  if (entry?.key === key && entry.version === version) return entry;
  throw new RowDamage(revision, `the last change of key ${key}, or its pointer to revision ${revision},`);
}

/** The last state of a key, whose bytes are read when they are asked for: few writes ask for those that they replace. */
export function stateOf(row: Row, sealer: Sealer, read: (revision: number) => Uint8Array): Entry {
  const bytes = (): Uint8Array => read(row.revision as number);
  return entryWith(row, (place) => sealer.keptAway(place, row.size as number, row.dek as number | null, bytes));
}

function entryWith(row: Row, kept: (place: Place) => Pick<EntryInit, 'bytes' | 'secret'>): Entry {
  const place = {
    namespace: (row.namespace ?? '') as string,
    key: row.key as string,
    codec: row.codec as string,
    type: valueTypeOf(row.value_type as number),
    version: row.version as number,
  };
  const { bytes, secret } = kept(place);
  return new Entry({
    ...place,
    bytes,
    secret,
    revision: row.revision as number,
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
    expiresAtMs: (row.expires_at ?? undefined) as number | undefined,
    deleted: row.type === 'delete' || row.type === 'alias_delete',
    author: (row.author ?? '') as string,
    comment: (row.comment ?? '') as string,
  });
}

/** A change that has left the log: masked where its value is not kept any more. */
export function trailedOf(row: Row, sealer: Sealer): Change {
  if (row.bytes !== null) return changeOf(row, sealer);
  const { type, entry, revision } = changeOf({ ...row, bytes: new Uint8Array(0) }, sealer);
  return new Change(type, entry.asMasked(), revision);
}

export function changeOf(row: Row, sealer: Sealer): Change {
  const entry = entryOf(row, sealer);
  const requestId = (row.request_id ?? '') as string;
  return new Change(row.type as ChangeType, entry, entry.revision, requestId, row.more === 1);
}

/** Throws {@link RowDamage} where the row is not as it was written. */
export function aliasOf(row: Row): Alias {
  if (row.checksum !== null && row.checksum !== aliasChecksum(row)) {
    throw new RowDamage(row.revision as number, `the alias of revision ${row.revision}`);
  }
  return {
    alias: row.alias as string,
    target: row.target as string,
    version: row.version as number,
    revision: row.revision as number,
    createdAtMs: row.created_at as number,
  };
}
