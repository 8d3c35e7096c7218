import type { Alias } from '@cfg/core';
import type { EngineReader, Head, Sealer, SearchRange, SearchStretch, TrailRange, TrailStretch } from '@cfg/core/store';
import { keyRange } from './key-range.js';
import { KeyRows } from './key-rows.js';
import { type AliasRow, aliasOf, type TrailRow, trailedOf } from './rows.js';
import { SearchReader } from './search-reader.js';
import type { Session } from './session.js';
import type { Statements } from './statements.js';
import { toText } from './text.js';

/** How many revisions one stretch of the trail goes through. */
const stretchSize = 10_000;

/** The row of `log`. */
export interface LogRow {
  readonly revision: number;
  readonly oldest_revision: number;
  readonly oldest_bytes: number;
  readonly log_bytes: number;
  readonly log_id: string;
}

export function headOf([row]: readonly LogRow[]): Head & { readonly logBytes: number; readonly oldestBytes: number } {
  if (row === undefined) throw new TypeError('the table of the log is empty');
  return {
    revision: row.revision,
    oldestRevision: row.oldest_revision,
    oldestBytes: row.oldest_bytes,
    logBytes: row.log_bytes,
    logId: row.log_id,
  };
}

/** Reads what the database holds, within one transaction. */
export class Reader extends KeyRows implements EngineReader {
  readonly #session: Session;
  readonly #statements: Statements;
  readonly #sealer: Sealer;
  readonly #head: Promise<readonly LogRow[]>;

  /** `head` is the row of the log as of the transaction's moment. */
  constructor(
    session: Session,
    statements: Statements,
    historyLimit: number,
    sealer: Sealer,
    head: Promise<readonly LogRow[]>,
  ) {
    super(session, statements, historyLimit, sealer);
    this.#sealer = sealer;
    this.#session = session;
    this.#statements = statements;
    this.#head = head;
  }

  async trail(range: TrailRange): Promise<TrailStretch> {
    const { type, namespace, key, author, fromMs, toMs, limit, maxBytes } = range;
    const [{ revision }, [begin]] = await Promise.all([
      this.head(),
      this.#session.query<{ first: number }>(this.#statements.trailBegin),
    ]);
    const to = Math.min(range.before, revision + 1);
    const from = Math.max(to - stretchSize, 0);
    const filter = [type, namespace, key, author === undefined ? undefined : toText(author)].map(
      (value) => value ?? null,
    );
    const bounds = [fromMs, toMs, limit, maxBytes].map(bounded);
    const rows = await this.#session.query<TrailRow>(this.#statements.trail, [from, to, ...filter, ...bounds]);
    const changes = rows.map((row) => trailedOf(row, this.#sealer));
    return { changes, next: from > (begin?.first ?? 0) ? from : 0 };
  }

  async head(): Promise<Head> {
    const { revision, oldestRevision, logId } = headOf(await this.#head);
    return { revision, oldestRevision, logId };
  }

  async namespaceRevision(namespace: string): Promise<number> {
    const text = this.#statements.namespaceRevision;
    const [row] = await this.#session.query<{ revision: number }>(text, [namespace]);
    return row?.revision ?? 0;
  }

  async namespaces(prefix: string, after: string, limit: number): Promise<readonly string[]> {
    const most = Math.min(limit, Number.MAX_SAFE_INTEGER);
    // The default namespace, whose name is empty, comes before all others.
    const range = keyRange(prefix, after);
    const rows = await this.#session.query<{ name: string }>(this.#statements.namespaces, [...range, most]);
    return rows.map(({ name }) => name);
  }

  async everyNamespace(): Promise<readonly string[]> {
    const rows = await this.#session.query<{ name: string }>(this.#statements.everyNamespace);
    return rows.map(({ name }) => name);
  }

  async counts(): Promise<Map<string, number>> {
    const rows = await this.#session.query<{ name: string; entries: number }>(this.#statements.counts);
    return new Map(rows.map(({ name, entries }) => [name, entries]));
  }

  search(range: SearchRange): Promise<SearchStretch> {
    return new SearchReader(this.#session, this.#statements, this.#sealer).search(range);
  }

  async alias(name: string): Promise<Alias | undefined> {
    const [row] = await this.#session.query<AliasRow>(this.#statements.alias, [name]);
    return row && aliasOf(row);
  }

  async aliases(): Promise<readonly Alias[]> {
    return (await this.#session.query<AliasRow>(this.#statements.aliases)).map(aliasOf);
  }
}

/** Infinite bounds are not numbers to PostgreSQL. */
const bounded = (value: number): number => Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
