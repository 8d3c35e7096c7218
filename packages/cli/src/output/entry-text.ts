import { Entry, isConfigError, Value } from '@cfg/core';

const utf8 = new TextDecoder('utf-8', { fatal: true });

const hidden = '******';

/** An entry as `--json` prints it. Part of the interface: a field keeps its name and meaning, and is always there. */
export interface EntryJson {
  readonly namespace: string;
  readonly key: string;
  /** The data; null where there is none, or the codec is not known: then there is `base64`. A secret that is not revealed is `******`. */
  readonly value: unknown;
  readonly base64?: string | undefined;
  readonly codec: string;
  readonly type: string;
  readonly version: number;
  readonly revision: number;
  readonly deleted: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string | null;
  readonly author: string;
  readonly comment: string;
}

export interface Shown {
  /** Show secrets. Default false. */
  readonly reveal?: boolean | undefined;
}

export function entryJson(entry: Entry, shown: Shown = {}): EntryJson {
  const { namespace, key, codec, type, version, revision, deleted, author, comment } = entry;
  return {
    namespace,
    key,
    ...dataJson(entry, shown),
    codec,
    type,
    version,
    revision,
    deleted,
    createdAt: iso(entry.createdAtMs),
    updatedAt: iso(entry.updatedAtMs),
    expiresAt: entry.expiresAtMs === undefined ? null : iso(entry.expiresAtMs),
    author,
    comment,
  };
}

/** The value as people read it: a text as it is, any other as its codec writes it, a secret hidden. */
export function valueText(value: Entry | Value, { reveal = false }: Shown = {}): string {
  if (isTombstone(value)) return '(deleted)';
  if (isHidden(value, reveal)) return hidden;
  const data = dataOrUndefined(value);
  if (typeof data === 'string') return data;
  try {
    return utf8.decode(value.bytes).trimEnd();
  } catch {
    return `(${value.bytes.length} bytes)`;
  }
}

export const iso = (ms: number): string => new Date(ms).toISOString();

/** The data of a value as `--json` has it. */
export function dataJson(value: Entry | Value, { reveal }: Shown = {}): Pick<EntryJson, 'value' | 'base64'> {
  if (isTombstone(value)) return { value: null };
  if (isHidden(value, reveal ?? false)) return { value: hidden };
  if (value.codec === 'secret') return { value: Buffer.from(value.bytes).toString('utf8') };
  const data = dataOrUndefined(value);
  // A `Value` writes numbers of any size exactly.
  if (data !== undefined && !(data instanceof Uint8Array)) return { value: asValue(value) };
  return { value: null, base64: Buffer.from(value.bytes).toString('base64') };
}

/** Whether the value is a secret: by its codec, or because the server says so. */
export const isSecret = (value: Entry | Value): boolean =>
  value.codec === 'secret' || (value instanceof Entry && value.secret);

/** Whether the value is not shown: a secret that nobody asked to reveal, or that the server does not show this caller. */
const isHidden = (value: Entry | Value, reveal: boolean): boolean => value.masked || (isSecret(value) && !reveal);

const isTombstone = (value: Entry | Value): boolean => 'deleted' in value && value.deleted;

const asValue = (value: Entry | Value): Value => (value instanceof Value ? value : Value.fromEntry(value));

function dataOrUndefined(value: Entry | Value): unknown {
  try {
    return asValue(value).data;
  } catch (error) {
    if (isConfigError(error, 'invalid_value', 'codec_not_found')) return undefined;
    throw error;
  }
}
