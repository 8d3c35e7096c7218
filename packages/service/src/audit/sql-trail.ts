import { decodeCursor, encodeCursor, type Sql, type SqlRow } from '@cfg/core/store';
import type { AuditTrail, TrailPage, TrailQuery, TrailRecord } from './trail.js';

type Filter = Omit<TrailQuery, 'limit' | 'maxBytes' | 'cursor'>;

/** Rows that are read at a time. */
const readStep = 20;
/** Rows that are deleted at a time, so that others are not kept waiting. */
const pruneStep = 5_000;

/** Reads the table of an SQL auditor, and keeps it from growing for ever. */
export class SqlTrail implements AuditTrail {
  readonly #sql: Sql;
  readonly #table: string;

  constructor(sql: Sql, table: string) {
    this.#sql = sql;
    this.#table = table;
  }

  async list(query: TrailQuery): Promise<TrailPage> {
    const { limit, maxBytes, cursor, ...filter } = query;
    const scope = `trail\n${JSON.stringify(filter)}`;
    const records: TrailRecord[] = [];
    let before = decodeCursor(scope, cursor);
    let bytes = 0;
    // A few at a time: each may have a large value.
    for (;;) {
      const wanted = Math.min(readStep, limit - records.length);
      const read = await this.#read(filter, before, wanted + 1);
      records.push(...read.slice(0, wanted));
      bytes += read.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      before = records.at(-1)?.id;
      if (read.length <= wanted) return { records, nextCursor: '' };
      if (records.length >= limit || bytes >= maxBytes) {
        return { records, nextCursor: encodeCursor(scope, before ?? '') };
      }
    }
  }

  async #read(filter: Filter, before: string | undefined, limit: number): Promise<readonly TrailRecord[]> {
    const { namespace, key, userId, operation, fromMs, toMs } = filter;
    const given: readonly (readonly [condition: string, value: string | number | undefined])[] = [
      ['namespace = ?', namespace || undefined],
      ['key = ?', key || undefined],
      ['user_id = ?', userId || undefined],
      ['operation = ?', operation || undefined],
      ['ts >= ?', fromMs === undefined ? undefined : new Date(fromMs).toISOString()],
      ['ts < ?', toMs === undefined ? undefined : new Date(toMs).toISOString()],
      ['id < ?', before === undefined ? undefined : Number(before)],
    ];
    const conditions = given.filter(([, value]) => value !== undefined);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([text]) => text).join(' AND ')}`;
    const values = conditions.map(([, value]) => value as string | number);
    const select = `SELECT * FROM ${this.#table} ${where} ORDER BY id DESC LIMIT ?`;
    return (await this.#sql.rows(select, [...values, limit])).map(recordOf);
  }

  /** Deletes what is from before that time. Returns how many events that were. */
  async prune(beforeMs: number): Promise<number> {
    const before = new Date(beforeMs).toISOString();
    const oldest = `SELECT id FROM ${this.#table} WHERE ts < ? ORDER BY id LIMIT ${pruneStep}`;
    let pruned = 0;
    for (;;) {
      const count = await this.#sql.run(`DELETE FROM ${this.#table} WHERE id IN (${oldest})`, [before]);
      pruned += count;
      if (count < pruneStep) return pruned;
    }
  }
}

function recordOf(row: SqlRow): TrailRecord {
  const { id, ts, user_id, operation, namespace, key, value, codec, metadata } = row;
  return {
    id: String(id),
    timeMs: new Date(ts as string | Date).getTime(),
    userId: String(user_id),
    operation: String(operation),
    namespace: String(namespace),
    key: String(key),
    value: typeof value === 'string' ? Buffer.from(value, 'base64') : undefined,
    codec: typeof codec === 'string' ? codec : '',
    metadata: metadataIn(metadata),
  };
}

/** Other programs may have written something else. */
function metadataIn(text: unknown): Record<string, string> {
  try {
    const read: unknown = JSON.parse(String(text ?? '{}'));
    if (typeof read !== 'object' || read === null) return {};
    return Object.fromEntries(Object.entries(read).map(([name, value]) => [name, String(value)]));
  } catch {
    return {};
  }
}
