import type { Logger } from '@cfg/core';
import type { Database } from './database.js';
import { isConnectionLost, reasonOf } from './fault.js';
import type { Names } from './schema.js';

/** The state of a database's index for searches. */
interface SearchState {
  /** The schema that holds `pg_trgm`, with quotes where it needs them; null: the database has not created it. */
  readonly trgm: string | null;
  readonly has_index: boolean;
  readonly indexed_to: number | null;
}

/** Whether searches have an index and, where they do not although they should, why. */
export interface Searching {
  readonly isIndexed: boolean;
  readonly fault?: string | undefined;
}

/**
 * Makes the index for searches, or drops it, unless it is as wanted; `undefined`: as the database has it. What it holds
 * comes into it afterwards.
 */
export async function prepareSearch(
  database: Database,
  names: Names,
  wanted: boolean | undefined,
  logger: Logger,
): Promise<Searching> {
  try {
    const state = await stateOf(database, names);
    const isOn = state.indexed_to !== null;
    const isIndexed = wanted ?? isOn;
    if (!isIndexed && isOn) await drop(database, names);
    if (isIndexed && !(isOn && state.has_index)) await create(database, names, state);
    return { isIndexed };
  } catch (error) {
    if (isConnectionLost(error)) throw error;
    const fault = `searches read entry by entry, as the database makes no index for them: ${reasonOf(error)}`;
    logger.warn({}, fault);
    return { isIndexed: false, fault };
  }
}

async function stateOf(database: Database, { search, searchLog }: Names): Promise<SearchState> {
  const [state] = await database.query<SearchState>(`
    SELECT (SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
        WHERE extname = 'pg_trgm') AS trgm,
      to_regclass('${search}_by_text') IS NOT NULL AS has_index,
      (SELECT indexed_to FROM ${searchLog}) AS indexed_to`);
  return state as SearchState;
}

async function create(database: Database, names: Names, { trgm }: SearchState): Promise<void> {
  const { search, searchLog } = names;
  if (trgm === null) await script(database, 'CREATE EXTENSION IF NOT EXISTS pg_trgm');
  const schema = (await stateOf(database, names)).trgm;
  await script(
    database,
    `CREATE INDEX IF NOT EXISTS ${search}_by_text ON ${search}
       USING gin (lower(key) ${schema}.gin_trgm_ops, value ${schema}.gin_trgm_ops) WITH (gin_pending_list_limit = 512);
     UPDATE ${searchLog} SET indexed_to = 0 WHERE indexed_to IS NULL`,
  );
}

/** Who reads as of an earlier moment still finds the rows. */
const drop = (database: Database, { search, searchLog }: Names): Promise<void> =>
  script(
    database,
    `UPDATE ${searchLog} SET indexed_to = NULL; DROP INDEX IF EXISTS ${search}_by_text; DELETE FROM ${search}`,
  );

/** Of servers that start at once one does it and the others wait. */
function script(database: Database, text: string): Promise<void> {
  const lock = `SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(hashtextextended('cfg search', 0))`;
  return database.write(lock, async (session, locked) => {
    await locked;
    await session.script(text);
    await session.script('COMMIT');
  });
}
