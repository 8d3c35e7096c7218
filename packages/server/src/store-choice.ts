import { ConfigError, type Logger, MemoryStore, type Store } from '@cfg/core';
import { type KeyTable, maxInt32, type TrailRetention, type Wakes, wholeNumber } from '@cfg/core/store';
import type { PostgresStoreOptions } from '@cfg/postgres';
import type { Durability } from '@cfg/sqlite';
import { choosePostgres, isPostgresUrl, type PostgresOptions, refusePostgres } from './postgres-choice.js';
import type { ChosenSecrets } from './secrets-choice.js';

/** Which store a server has, and what it keeps. All but `store` itself is for a store named by a string. */
export interface StoreOptions extends PostgresOptions {
  /**
   * `memory`, `sqlite:PATH`, `postgres://…`, or a store of your own, which is connected but stays yours to close. Default
   * `memory`.
   */
  readonly store?: string | Store | undefined;
  /** Versions kept of each key. Default 100; at least 1. */
  readonly history?: number | undefined;
  /** Changes kept for watchers that resume. Default 100,000; at least 1. */
  readonly logLimit?: number | undefined;
  /** Versions that were replaced longer ago leave the history, in days. Default 0: age does not matter. */
  readonly historyDays?: number | undefined;
  /** Changes that are older leave the log, in days. Default 0: age does not matter. */
  readonly logDays?: number | undefined;
  /**
   * Deleted keys are forgotten so many days later, once the deletion has left the log; a key that is made anew then begins
   * at version 1 again. Default 30; 0: never.
   */
  readonly deletedDays?: number | undefined;
  /**
   * Who wrote what, and when, is remembered for so many days, be it no longer in the log; without the values. Default 90;
   * 0: for ever. Not for a store in memory, which remembers what is in its log.
   */
  readonly trailDays?: number | undefined;
  /** `off`: a file or database has no index for searches, which then read entry by entry. Default: as it has it. */
  readonly searchIndex?: 'on' | 'off' | undefined;
  /**
   * `full`: a write to a SQLite file is answered when the disk has it; `relaxed`: when the operating system has it.
   * Default `full`.
   */
  readonly durability?: Durability | undefined;
}

interface StoreSettings extends TrailRetention {
  readonly postgres: PostgresStoreOptions;
  /** `trailAgeMs` was asked for. */
  readonly hasTrail: boolean;
  readonly wakes: Wakes | undefined;
  /** The log that a file has: that of the processes that share it. */
  readonly logId: string | undefined;
  readonly historyLimit: number;
  readonly logLimit: number;
  readonly durability: Durability | undefined;
  readonly searchIndex: boolean | undefined;
  readonly secrets: ChosenSecrets | undefined;
  readonly logger: Logger;
}

/** A store, and what it may be called where others read it: without a password. */
export interface ChosenStore {
  readonly store: Store;
  readonly storeName: string;
}

const dayMs = 86_400_000;
const maxDays = 100_000;

/**
 * The store of the options; only the package of that store is loaded. Rejects with `invalid_argument`, naming the option
 * as the user knows it.
 */
export async function chooseStore(
  options: StoreOptions & { readonly wakes?: Wakes | undefined; readonly logId?: string | undefined },
  secrets: ChosenSecrets | undefined,
  nameOf: (option: keyof StoreOptions) => string,
  logger: Logger,
): Promise<ChosenStore> {
  const { store = 'memory', durability, searchIndex } = options;
  if (typeof store !== 'string') {
    refusePostgres(options, nameOf);
    if (secrets !== undefined) throw wrong('secrets can be kept by a store that is named by a string only');
    return { store, storeName: 'custom' };
  }
  const whole = (option: 'history' | 'logLimit', standard: number): number =>
    wholeNumber(nameOf(option), options[option] ?? standard, 1, maxInt32);
  const ageOf = (option: 'historyDays' | 'logDays' | 'deletedDays' | 'trailDays', standard: number): number =>
    dayMs * wholeNumber(nameOf(option), options[option] ?? standard, 0, maxDays);
  const isPostgres = /^postgres(ql)?:/.test(store);
  if (!isPostgres) refusePostgres(options, nameOf);
  return makeStore(store, nameOf('store'), {
    postgres: isPostgres ? choosePostgres(options, nameOf) : {},
    historyLimit: whole('history', 100),
    logLimit: whole('logLimit', 100_000),
    historyAgeMs: ageOf('historyDays', 0),
    logAgeMs: ageOf('logDays', 0),
    tombstoneAgeMs: ageOf('deletedDays', 30),
    trailAgeMs: ageOf('trailDays', 90),
    hasTrail: options.trailDays !== undefined,
    durability: oneOf(nameOf('durability'), durability, ['full', 'relaxed']),
    searchIndex: searchIndex && oneOf(nameOf('searchIndex'), searchIndex, ['on', 'off']) === 'on',
    secrets,
    wakes: options.wakes,
    logId: options.logId,
    logger,
  });
}

function oneOf<T extends string>(name: string, choice: T | undefined, allowed: readonly T[]): T | undefined {
  if (choice === undefined || allowed.includes(choice)) return choice;
  throw wrong(`${name} must be ${allowed.join(' or ')}, not ${JSON.stringify(choice)}`);
}

/**
 * Makes the store that `choice` names, `memory`, `sqlite:PATH` or `postgres://…`, without opening anything.
 *
 * @param name what the user calls the option; errors name it so
 */
async function makeStore(
  choice: string,
  name: string,
  { logger, durability, searchIndex, secrets, wakes, logId, hasTrail, postgres, ...limits }: StoreSettings,
): Promise<ChosenStore> {
  const path = sqlitePath(choice, name);
  if (path !== undefined) {
    const { SqliteStore } = await import('@cfg/sqlite');
    return {
      store: new SqliteStore(path, {
        ...limits,
        ...{ durability, searchIndex, sealing: secrets?.sealing, wakes, logId, logger },
      }),
      storeName: choice,
    };
  }
  if (durability !== undefined) throw wrong('durability can be chosen for a SQLite file only');
  if (choice === 'memory') {
    if (hasTrail) throw wrong('a store in memory remembers who wrote what as long as its log does');
    if (searchIndex !== undefined) throw wrong('a store in memory has no index for searches');
    return { store: new MemoryStore({ ...limits, secrets: secrets?.policy }), storeName: choice };
  }
  if (/^postgres(ql)?:/.test(choice)) {
    // The address holds a password: it is not repeated.
    if (!isPostgresUrl(choice)) {
      throw wrong(`${name} must be an address such as postgres://user:password@host:5432/database`);
    }
    const { PostgresStore } = await import('@cfg/postgres');
    const { host, pathname } = new URL(choice);
    return {
      store: new PostgresStore(choice, { ...limits, ...postgres, searchIndex, sealing: secrets?.sealing, logger }),
      storeName: `postgres://${host}${pathname}`,
    };
  }
  throw wrong(`${name} must be memory, sqlite:PATH or postgres://…, not ${JSON.stringify(choice)}`);
}

/** The data keys of the store that `choice` names. Rejects with `invalid_argument`. */
export async function openKeyTable(choice: string, name: string): Promise<KeyTable> {
  const path = sqlitePath(choice, name);
  if (path !== undefined) return (await import('@cfg/sqlite')).openSqliteKeys(path);
  if (/^postgres(ql)?:\/\//.test(choice)) return (await import('@cfg/postgres')).openPostgresKeys(choice);
  throw wrong(`${name} must be sqlite:PATH or postgres://…`);
}

/** The file that `choice` names; `undefined` where it names another kind of store. Throws `invalid_argument`. */
export function sqlitePath(choice: string, name: string): string | undefined {
  if (!choice.startsWith('sqlite:')) return undefined;
  const path = choice.slice('sqlite:'.length);
  if (path === '') throw wrong(`${name}: sqlite: needs a file, as in sqlite:config.db`);
  return path;
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
