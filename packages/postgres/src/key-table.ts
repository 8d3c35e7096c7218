import type { Entry, SecretPolicy } from '@cfg/core';
import {
  type DataKeyRow,
  type DataKeyState,
  type DataKeys,
  type KeyTable,
  type ResealStep,
  type SealedCounts,
  Sealer,
} from '@cfg/core/store';
import type { Database } from './database.js';
import { faulty } from './fault.js';
import { headOf, type LogRow } from './reader.js';
import { type ChangeRow, changeColumns, entryOf, valueBytes } from './rows.js';
import type { Names } from './schema.js';
import type { Session } from './session.js';
import type { Statements } from './statements.js';

/** How many values one step of a pass looks at, and of how many bytes. */
const stepRows = 256;
const stepBytes = 4 * 1024 * 1024;

/**
 * The data keys in a PostgreSQL database. Whatever changes them locks the log first, as every commit does: a commit knows
 * which key is the active one, and a key that no value names is named by none that is being written.
 */
export class PostgresKeyTable implements KeyTable {
  readonly #database: Database;
  readonly #names: Names;
  readonly #lock: string;

  constructor(database: Database, names: Names, { lock }: Pick<Statements, 'lock'>) {
    this.#database = database;
    this.#names = names;
    this.#lock = lock;
  }

  async list(): Promise<readonly DataKeyRow[]> {
    return faulty(this.#database.query<KeyRow>(this.#listed).then((rows) => rows.map(keyRowOf)));
  }

  update(
    change: (rows: readonly DataKeyRow[], revision: number) => readonly DataKeyRow[] | undefined,
  ): Promise<readonly DataKeyRow[]> {
    return this.#write(async (session, revision) => {
      const rows = (await session.query<KeyRow>(this.#listed)).map(keyRowOf);
      const changed = change(rows, revision);
      if (changed === undefined) return rows;
      await session.query(
        `INSERT INTO ${this.#names.dataKeys} (id, state, wrapped, wrapper, check_value, created_at, created_revision)
         SELECT * FROM unnest($1::integer[], $2::text[], $3::bytea[], $4::text[], $5::bytea[], $6::bigint[], $7::bigint[])
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, wrapped = excluded.wrapped, wrapper = excluded.wrapper`,
        [
          changed.map(({ id }) => id),
          changed.map(({ state }) => state),
          changed.map(({ wrapped }) => wrapped),
          changed.map(({ wrapper }) => wrapper),
          changed.map(({ check }) => check),
          changed.map(({ createdAtMs }) => createdAtMs),
          changed.map(({ createdRevision }) => createdRevision),
        ],
      );
      return changed;
    });
  }

  async counts(): Promise<SealedCounts> {
    const { changes, log } = this.#names;
    const rows = await faulty(
      this.#database.query<{ dek: number | null; n: number }>(
        `SELECT dek, count(*) AS n FROM ${changes} WHERE dek IS NOT NULL GROUP BY dek
         UNION ALL SELECT NULL, revision FROM ${log}`,
      ),
    );
    const sealed = new Map(rows.flatMap(({ dek, n }) => (dek === null ? [] : [[dek, n] as const])));
    return { sealed, revision: rows.find(({ dek }) => dek === null)?.n ?? 0 };
  }

  reseal(keys: DataKeys, policy: SecretPolicy, after: number): Promise<ResealStep> {
    return this.#write(async (session) => {
      const rows = await session.query<ChangeRow>(this.#step, [after]);
      const active = `SELECT id FROM ${this.#names.dataKeys} WHERE state = 'active'`;
      const [key] = await session.query<{ id: number }>(active);
      const sealer = new Sealer(policy);
      sealer.load(keys);
      sealer.activate(key?.id);
      const entries = rows.filter(({ dek }) => dek !== key?.id).map((row) => entryOf(row, sealer));
      const secrets = entries.filter(({ secret }) => secret);
      const kept = secrets.map((entry) => sealer.reseal(entry));
      await session.query(
        `UPDATE ${this.#names.changes} c SET bytes = sealed.bytes, dek = sealed.dek
         FROM unnest($1::bigint[], $2::bytea[], $3::integer[]) AS sealed (revision, bytes, dek)
         WHERE c.revision = sealed.revision`,
        [secrets.map(({ revision }) => revision), kept.map(({ bytes }) => bytes), kept.map(({ dek }) => dek)],
      );
      if (rows.some(({ dek }) => dek === null)) await this.#forgetTexts(session, secrets);
      return { count: secrets.length, next: rows.at(-1)?.revision };
    });
  }

  /** The texts that searches read are a secret's now. Whoever writes the index has done so before, or reads what is sealed. */
  async #forgetTexts(session: Session, entries: readonly Entry[]): Promise<void> {
    const { search, searchLog } = this.#names;
    await session.query(`SELECT 1 FROM ${searchLog} FOR UPDATE`);
    await session.query(
      `UPDATE ${search} s SET value = '' FROM unnest($1::text[], $2::text[]) AS sealed (namespace, key)
       WHERE s.namespace = sealed.namespace AND s.key = sealed.key`,
      [entries.map(({ namespace }) => namespace), entries.map(({ key }) => key)],
    );
  }

  async verify(keys: DataKeys, after: number): Promise<ResealStep> {
    const sealer = new Sealer();
    sealer.load(keys);
    const rows = await faulty(this.#database.query<ChangeRow>(this.#step, [after]));
    const sealed = rows.filter(({ dek }) => dek !== null);
    for (const row of sealed) sealer.open(entryOf(row, sealer), row.bytes, row.dek as number);
    return { count: sealed.length, next: rows.at(-1)?.revision };
  }

  destroy(id: number): Promise<boolean> {
    const { changes, dataKeys } = this.#names;
    return this.#write(async (session) => {
      const destroyed = await session.query(
        `UPDATE ${dataKeys} SET state = 'destroyed', wrapped = '', check_value = ''
         WHERE id = $1 AND state = 'retired' AND NOT EXISTS (SELECT 1 FROM ${changes} WHERE dek = $1) RETURNING id`,
        [id],
      );
      return destroyed.length > 0;
    });
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  get #listed(): string {
    return `SELECT * FROM ${this.#names.dataKeys} ORDER BY id`;
  }

  /** Some values in the order of their revisions, at least one if there is one. */
  get #step(): string {
    return `
      SELECT * FROM (
        SELECT ${changeColumns}, sum(${valueBytes}) OVER w - ${valueBytes} AS before
        FROM ${this.#names.changes} c WHERE c.revision > $1 AND c.type = 'set' AND c.namespace IS NOT NULL
        WINDOW w AS (ORDER BY c.revision) ORDER BY c.revision LIMIT ${stepRows}
      ) AS step WHERE before <= ${stepBytes} ORDER BY revision`;
  }

  #write<T>(work: (session: Session, revision: number) => Promise<T>): Promise<T> {
    return faulty(
      this.#database.write<LogRow, T>(this.#lock, async (session, locked) => {
        const result = await work(session, headOf(await locked).revision);
        await session.script('COMMIT');
        return result;
      }),
    );
  }
}

/** A row of `data_keys`, as the driver returns it. */
interface KeyRow {
  readonly id: number;
  readonly state: DataKeyState;
  readonly wrapped: Buffer;
  readonly wrapper: string;
  readonly check_value: Buffer;
  readonly created_at: number;
  readonly created_revision: number;
}

const keyRowOf = (row: KeyRow): DataKeyRow => ({
  id: row.id,
  state: row.state,
  wrapped: row.wrapped,
  wrapper: row.wrapper,
  check: row.check_value,
  createdAtMs: row.created_at,
  createdRevision: row.created_revision,
});
