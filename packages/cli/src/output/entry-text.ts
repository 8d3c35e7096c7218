import { type Entry, isConfigError, Value } from '@cfg/core';

const utf8 = new TextDecoder('utf-8', { fatal: true });

const hidden = '******';

/** What `--json` says of an entry. Part of the interface: a field keeps its name and meaning, and is always there. */
export interface EntryJson {
  readonly namespace: string;
  readonly key: string;
  /** The data; null where there is none, or the codec is not known: then there is `base64`. A secret is `******`. */
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
    ...dataOf(entry, shown),
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
export function valueText(entry: Entry, { reveal = false }: Shown = {}): string {
  if (entry.deleted) return '(deleted)';
  if (entry.codec === 'secret' && !reveal) return hidden;
  const data = dataOrUndefined(entry);
  if (typeof data === 'string') return data;
  try {
    return utf8.decode(entry.bytes).trimEnd();
  } catch {
    return `(${entry.size} bytes)`;
  }
}

export const iso = (ms: number): string => new Date(ms).toISOString();

function dataOf(entry: Entry, { reveal }: Shown): Pick<EntryJson, 'value' | 'base64'> {
  if (entry.deleted) return { value: null };
  if (entry.codec === 'secret') return { value: reveal ? Buffer.from(entry.bytes).toString('utf8') : hidden };
  const data = dataOrUndefined(entry);
  // A `Value` writes numbers of any size exactly.
  if (data !== undefined && !(data instanceof Uint8Array)) return { value: Value.fromEntry(entry) };
  return { value: null, base64: Buffer.from(entry.bytes).toString('base64') };
}

function dataOrUndefined(entry: Entry): unknown {
  try {
    return Value.fromEntry(entry).data;
  } catch (error) {
    if (isConfigError(error, 'invalid_value', 'codec_not_found')) return undefined;
    throw error;
  }
}
