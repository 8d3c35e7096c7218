import { randomUUID } from 'node:crypto';
import { ConfigError } from '@cfg/core';
import type { Database } from './database.js';
import type { Session } from './session.js';

/** The names of a store's tables, and of the channel on which its servers wake each other. */
export interface Names {
  readonly log: string;
  readonly changes: string;
  readonly keys: string;
  readonly namespaces: string;
  readonly aliases: string;
  readonly dataKeys: string;
  readonly search: string;
  readonly searchLog: string;
  readonly trail: string;
  readonly channel: string;
}

/** `prefix` is checked: the names need no quotes. */
export const namesOf = (prefix: string): Names => ({
  log: `${prefix}log`,
  changes: `${prefix}changes`,
  keys: `${prefix}keys`,
  namespaces: `${prefix}namespaces`,
  aliases: `${prefix}aliases`,
  dataKeys: `${prefix}data_keys`,
  search: `${prefix}search`,
  searchLog: `${prefix}search_log`,
  trail: `${prefix}trail`,
  channel: `${prefix}changes`,
});

/**
 * The steps from one schema to the next; `log.schema_version` is how many of them a database has behind it. Steps are
 * only ever added. Names are compared byte by byte (`COLLATE "C"`), as everywhere else.
 *
 * - `log` has one row: the newest revision, where the log's window begins, and what the changes up to there weigh. Who
 *   writes locks it first, so that revisions are in the order of the commits.
 * - `changes` is the log and at once the history of every key, as in the SQLite store: a row leaves it when it is neither
 *   in the log's window nor among the kept versions of its key. An alias change has no namespace, which keeps it out of
 *   the keys' history. `more` is true where the next change is of the same write.
 * - `dek` names the data key that seals a change's bytes; NULL: they are plain. `data_keys` holds those keys, each
 *   wrapped by a key that is not in the database.
 * - `trail` has of each change that has left the log's window who made it and when, without its value; but of an alias,
 *   its target. So the trail is what is in the window, and this.
 * - `keys` points to the last change of every key, deleted ones included.
 * - `namespaces` counts along, so that nothing ever has to be counted.
 * - `search` has the texts of entries as searches compare them, but for the keys' case: of all whose last change is not
 *   after `search_log.indexed_to`. That one is NULL where no index is wanted.
 */
const steps: readonly ((names: Names) => string)[] = [
  ({ log, changes, keys, namespaces, aliases }) => `
  CREATE TABLE ${log} (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    log_id text NOT NULL,
    schema_version integer NOT NULL,
    revision bigint NOT NULL,
    log_bytes bigint NOT NULL,
    oldest_revision bigint NOT NULL,
    oldest_bytes bigint NOT NULL
  ) WITH (fillfactor = 10);

  CREATE TABLE ${changes} (
    revision bigint PRIMARY KEY,
    type text NOT NULL,
    namespace text COLLATE "C",
    key text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    codec text NOT NULL,
    value_type integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    expires_at bigint,
    request_id text COLLATE "C",
    author text,
    comment text,
    more boolean NOT NULL,
    log_bytes bigint NOT NULL,
    bytes bytea NOT NULL
  );
  CREATE INDEX ${changes}_by_key ON ${changes} (namespace, key, version) WHERE namespace IS NOT NULL;
  CREATE INDEX ${changes}_by_request ON ${changes} (namespace, request_id) WHERE request_id IS NOT NULL;

  CREATE TABLE ${keys} (
    namespace text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    version bigint NOT NULL,
    deleted boolean NOT NULL,
    expires_at bigint,
    PRIMARY KEY (namespace, key)
  );
  CREATE INDEX ${keys}_live ON ${keys} (namespace, key) WHERE NOT deleted;
  CREATE INDEX ${keys}_by_name ON ${keys} (key) WHERE NOT deleted;
  CREATE INDEX ${keys}_by_expiry ON ${keys} (expires_at) WHERE NOT deleted AND expires_at IS NOT NULL;

  CREATE TABLE ${namespaces} (
    name text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    entries bigint NOT NULL
  );

  CREATE TABLE ${aliases} (
    alias text COLLATE "C" PRIMARY KEY,
    target text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    revision bigint NOT NULL,
    created_at bigint NOT NULL
  );
  CREATE INDEX ${aliases}_by_target ON ${aliases} (target);
  `,
  // Deleted keys are looked for by age.
  ({ keys }) => `CREATE INDEX ${keys}_deleted ON ${keys} (revision) WHERE deleted`,
  // Values that are kept sealed.
  ({ changes, dataKeys }) => `
  ALTER TABLE ${changes} ADD COLUMN dek integer;
  CREATE INDEX ${changes}_by_dek ON ${changes} (dek) WHERE dek IS NOT NULL;

  CREATE TABLE ${dataKeys} (
    id integer PRIMARY KEY,
    state text NOT NULL,
    wrapped bytea NOT NULL,
    wrapper text NOT NULL,
    check_value bytea NOT NULL,
    created_at bigint NOT NULL,
    created_revision bigint NOT NULL
  );
  `,
  // Who wrote what, for longer than the log. Of what has left it, the database has what is in its keys' histories.
  ({ log, changes, trail }) => `
  CREATE TABLE ${trail} (
    revision bigint PRIMARY KEY,
    type text NOT NULL,
    namespace text COLLATE "C",
    key text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    codec text NOT NULL,
    value_type integer NOT NULL,
    updated_at bigint NOT NULL,
    author text,
    comment text,
    target bytea
  );
  INSERT INTO ${trail}
    SELECT revision, type, namespace, key, version, codec, value_type, updated_at, author, comment, NULL
    FROM ${changes} WHERE revision <= (SELECT oldest_revision FROM ${log});
    `,
  // The texts that searches read. The index over them is made where the database has the extension for it.
  ({ search, searchLog }) => `
  CREATE TABLE ${search} (
    namespace text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    value text COLLATE "C" NOT NULL,
    PRIMARY KEY (namespace, key)
  );
  CREATE INDEX ${search}_by_revision ON ${search} (revision);

  CREATE TABLE ${searchLog} (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    indexed_to bigint
  );
  INSERT INTO ${searchLog} (indexed_to) VALUES (0);
  `,
];

/** The schema that this release writes. */
export const schemaVersion: number = steps.length;

/**
 * Makes the tables or brings them up to date, in one transaction. Of servers that start at once one does it and the others
 * wait. Throws `invalid_argument` for what cannot be this store's database.
 */
export function prepareSchema(database: Database, names: Names): Promise<void> {
  return database.write('SELECT 1', async (session, begun) => {
    await begun;
    await prepareWithin(session, names);
    await session.script('COMMIT');
  });
}

async function prepareWithin(session: Session, names: Names): Promise<void> {
  const [{ encoding } = { encoding: '' }] = await session.query<{ encoding: string }>(
    `SELECT current_setting('server_encoding') AS encoding`,
  );
  if (encoding !== 'UTF8') throw refused(`its encoding is ${encoding}, not UTF8`);
  let version = await versionOf(session, names);
  if (version === schemaVersion) return;
  // A large database may take its time. The lock is held to the end of the transaction.
  await session.script('SET LOCAL statement_timeout = 0');
  await session.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`cfg schema ${names.log}`]);
  version = await versionOf(session, names);
  if (version > schemaVersion) {
    throw refused(`its schema ${version} is newer than ${schemaVersion}, the newest that this release knows`);
  }
  if (version === schemaVersion) return;
  for (const step of steps.slice(version)) await session.script(step(names));
  if (version === 0) {
    await session.query(`INSERT INTO ${names.log} VALUES (true, $1, $2, 0, 0, 0, 0)`, [randomUUID(), schemaVersion]);
  } else {
    await session.query(`UPDATE ${names.log} SET schema_version = $1`, [schemaVersion]);
  }
}

/** How many steps the database has behind it. */
async function versionOf(session: Session, { log }: Names): Promise<number> {
  // A scan of the catalogue sees what another server has just made; `to_regclass` may answer from a cache.
  const columns = await session.query<{ column: string }>(
    `SELECT attname AS column FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relname = $1 AND pg_table_is_visible(pg_class.oid)`,
    [log],
  );
  if (columns.length === 0) return 0;
  if (!columns.some(({ column }) => column === 'schema_version')) {
    throw refused(`its table ${log} is another application's; choose another tablePrefix`);
  }
  const [row] = await session.query<{ schema_version: number }>(`SELECT schema_version FROM ${log}`);
  if (row === undefined) throw refused(`its table ${log} is empty`);
  return row.schema_version;
}

const refused = (why: string): ConfigError => new ConfigError('invalid_argument', why);
