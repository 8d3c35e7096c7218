import { toText } from '../api/bytes.ts';
import { readEntry } from '../api/entry.ts';
import type { AuditRecord } from '../api/types.ts';
import type { Change, ChangeKind } from '../live/change.ts';
import { briefJson } from '../value/format-json.ts';

/** Something that was written: as an event tells it, or the server's log. */
export interface LogRecord {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly at: number;
  readonly revision: number;
  /** Empty for an alias. */
  readonly namespace: string;
  readonly key: string;
  readonly version: number;
  readonly author: string;
  readonly comment: string;
  /** The written value, short; of an alias, its target; undefined: nothing, or a secret. */
  readonly text: string | undefined;
}

const kinds: readonly ChangeKind[] = ['set', 'delete', 'alias_set', 'alias_delete'];

export function recordOfAudit({
  time,
  userId,
  operation,
  namespace,
  key,
  value,
  codec,
  metadata,
}: AuditRecord): LogRecord {
  const kind = kinds.find((each) => each === operation) ?? 'set';
  const entry = readEntry({ value: value ?? '', codec: codec ?? '' });
  const isHidden = metadata.redacted === 'true' || metadata.masked === 'true' || entry.secret;
  return {
    id: `${metadata.revision} ${key}`,
    kind,
    at: Date.parse(time),
    revision: Number(metadata.revision ?? 0),
    namespace,
    key,
    version: Number(metadata.version ?? 0),
    author: userId,
    comment: metadata.comment ?? '',
    text: metadata.target ?? (kind === 'set' && !isHidden ? brief(entry.value) : undefined),
  };
}

export function recordOfChange({ kind, entry, revision, at }: Change): LogRecord {
  const { namespace, key, version, author, comment } = entry;
  const isHidden = entry.secret || entry.masked;
  return {
    id: `${revision} ${key}`,
    kind,
    at: entry.updatedAt || at,
    revision,
    namespace,
    key,
    version,
    author,
    comment,
    text: (kind === 'set' || kind === 'alias_set') && !isHidden ? brief(entry.value) : undefined,
  };
}

function brief(value: Uint8Array): string | undefined {
  const text = toText(value.subarray(0, 400));
  return text === undefined || text === '' ? undefined : briefJson(text, 160);
}

export interface LogFilter {
  readonly namespace?: string | undefined;
  /** A whole key, or what keys begin with, with its last slash: `app/`. */
  readonly key?: string | undefined;
  readonly user?: string | undefined;
  readonly operation?: string | undefined;
}

export const fits = ({ namespace, key, user, operation }: LogFilter, record: LogRecord): boolean =>
  (!namespace || record.namespace === namespace) &&
  (!key || (key.endsWith('/') ? record.key.startsWith(key) : record.key === key)) &&
  (!user || record.author === user) &&
  (!operation || record.kind === operation);

/** A line of JSON for each. */
export const asNdjson = (records: readonly LogRecord[]): string =>
  records
    .map(({ id: _id, at, ...rest }) => `${JSON.stringify({ time: new Date(at).toISOString(), ...rest })}\n`)
    .join('');

const columns = ['time', 'revision', 'kind', 'namespace', 'key', 'version', 'author', 'comment', 'text'] as const;

/** A table for spreadsheets, which take none of its cells for a formula. */
export function asCsv(records: readonly LogRecord[]): string {
  const lines = records.map((record) => {
    const cells = { ...record, time: new Date(record.at).toISOString() };
    return columns.map((column) => cell(String(cells[column] ?? ''))).join(',');
  });
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
