import { ConfigError } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import type { PostgresStoreOptions } from '@cfg/postgres';
import { listOf } from './list.js';

/** How a server uses its PostgreSQL database. All is for `store: 'postgres://…'` only. */
export interface PostgresOptions {
  /**
   * Addresses of streaming replicas, with commas: reads go to them as long as they are not further behind than
   * {@link maxStalenessMs}. Default: none.
   */
  readonly storeReplicas?: string | undefined;
  /** How old an answer of a replica may be, in milliseconds. Default 1,000; at least 1. */
  readonly maxStalenessMs?: number | undefined;
  /** The address is that of PgBouncer in transaction mode. Default false. */
  readonly storePooled?: boolean | undefined;
  /**
   * The address of the database itself, past a pooler, to be told of the changes of other servers. Default: the store's,
   * and none where that is a pooler's: they then come by polling.
   */
  readonly storeListen?: string | undefined;
  /** Connections for reads at most. Default 10; 1 to 10,000. */
  readonly storeConnections?: number | undefined;
  /** How long a statement may take, in milliseconds. Default 10,000; at least 1. */
  readonly storeTimeoutMs?: number | undefined;
}

/** Whether it is such an address, as far as can be seen without asking. */
export const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);

type NameOf = (option: keyof PostgresOptions) => string;

/** The chosen options of the store. Throws `invalid_argument`, naming the option as the user knows it. */
export function choosePostgres(options: PostgresOptions, nameOf: NameOf): PostgresStoreOptions {
  const { storeReplicas, storePooled, storeListen } = options;
  const whole = (option: 'maxStalenessMs' | 'storeConnections' | 'storeTimeoutMs', most: number): number | undefined =>
    options[option] === undefined ? undefined : wholeNumber(nameOf(option), options[option], 1, most);
  const replicas = listOf(storeReplicas);
  for (const replica of replicas) checkUrl(nameOf('storeReplicas'), replica);
  if (storeListen !== undefined) checkUrl(nameOf('storeListen'), storeListen);
  return {
    replicas,
    maxStalenessMs: whole('maxStalenessMs', maxInt32),
    transactionPooling: storePooled,
    listenUrl: storeListen,
    connections: whole('storeConnections', 10_000),
    statementTimeoutMs: whole('storeTimeoutMs', maxInt32 - 2_000),
  };
}

/** Throws `invalid_argument` where one is chosen for another kind of store. */
export function refusePostgres(options: PostgresOptions, nameOf: NameOf): void {
  const names = ['storeReplicas', 'maxStalenessMs', 'storePooled', 'storeListen', 'storeConnections', 'storeTimeoutMs'];
  const chosen = (names as (keyof PostgresOptions)[]).find((option) => options[option] !== undefined);
  if (chosen !== undefined) throw wrong(`${nameOf(chosen)} is for a PostgreSQL store only`);
}

/** An address holds a password: it is not repeated. */
function checkUrl(name: string, url: string): void {
  if (!isPostgresUrl(url))
    throw wrong(`${name} must be an address such as postgres://user:password@host:5432/database`);
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
