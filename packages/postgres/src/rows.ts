import { type Alias, Change, type ChangeType, Entry, valueTypeOf } from '@cfg/core';
import { type Sealer, sealedOverhead } from '@cfg/core/store';
import { fromText } from './text.js';

/** The columns of `changes` that {@link entryOf} reads, but for the bytes. */
const header: string =
  'c.revision, c.type, c.namespace, c.key, c.version, c.codec, c.value_type, c.created_at, c.updated_at, ' +
  'c.expires_at, c.author, c.comment, c.request_id, c.more, c.dek';

/** How many bytes the value has that is kept in `changes`, which has to be named `c`: a sealed one is kept longer. */
export const valueBytes: string = `(octet_length(c.bytes) - CASE WHEN c.dek IS NULL THEN 0 ELSE ${sealedOverhead} END)`;

/** The columns of `changes`, which has to be named `c`. */
export const changeColumns: string = `${header}, c.bytes`;

/** The same without the value's bytes, which can be many. */
export const headerColumns: string = `${header}, ''::bytea AS bytes`;

/** The same with as much of the value as a search compares. */
export const searchedColumns: string = `${header}, substring(c.bytes FOR 16384) AS bytes`;

/** The columns of `trail`, which has to be named `t`, in the order of {@link changeColumns}. */
export const trailColumns: string =
  't.revision, t.type, t.namespace, t.key, t.version, t.codec, t.value_type, t.updated_at, t.updated_at, NULL::bigint, ' +
  't.author, t.comment, NULL::text, false, c.dek, ' +
  "coalesce(c.bytes, t.target, CASE WHEN t.type <> 'set' THEN ''::bytea END)";

/** A row of `changes`, as the driver returns it. */
export interface ChangeRow {
  readonly revision: number;
  readonly type: ChangeType;
  readonly namespace: string | null;
  readonly key: string;
  readonly version: number;
  readonly codec: string;
  readonly value_type: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly expires_at: number | null;
  readonly author: string | null;
  readonly comment: string | null;
  readonly request_id: string | null;
  readonly more: boolean;
  readonly dek: number | null;
  readonly bytes: Buffer;
}

/** The entry, or the tombstone, that a row of `changes` made. */
export function entryOf(row: ChangeRow, sealer: Sealer): Entry {
  const place = {
    namespace: row.namespace ?? '',
    key: row.key,
    codec: fromText(row.codec),
    type: valueTypeOf(row.value_type),
    version: row.version,
  };
  return new Entry({
    ...place,
    // An alias, which has no namespace, is no secret.
    ...(row.namespace === null ? { bytes: row.bytes } : sealer.kept(place, row.bytes, row.dek)),
    revision: row.revision,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
    expiresAtMs: row.expires_at ?? undefined,
    deleted: row.type === 'delete' || row.type === 'alias_delete',
    author: fromText(row.author ?? ''),
    comment: fromText(row.comment ?? ''),
  });
}

export const changeOf = (row: ChangeRow, sealer: Sealer): Change =>
  new Change(row.type, entryOf(row, sealer), row.revision, fromText(row.request_id ?? ''), row.more);

/** A row of the trail: without bytes where the value is not kept any more. */
export type TrailRow = Omit<ChangeRow, 'bytes'> & { readonly bytes: Buffer | null };

/** A change of the trail, masked where its value is gone. */
export function trailedOf(row: TrailRow, sealer: Sealer): Change {
  const { bytes, ...rest } = row;
  if (bytes !== null) return changeOf({ ...rest, bytes }, sealer);
  const { type, entry, revision } = changeOf({ ...rest, bytes: Buffer.alloc(0) }, sealer);
  return new Change(type, entry.asMasked(), revision);
}

export interface AliasRow {
  readonly alias: string;
  readonly target: string;
  readonly version: number;
  readonly revision: number;
  readonly created_at: number;
}

export const aliasOf = ({ alias, target, version, revision, created_at }: AliasRow): Alias => ({
  alias,
  target,
  version,
  revision,
  createdAtMs: created_at,
});
