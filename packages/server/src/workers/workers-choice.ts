import { ConfigError } from '@cfg/core';
import { wholeNumber } from '@cfg/core/store';
import type { ClusterChoice } from '../cluster-choice.js';
import type { DashboardOptions } from '../dashboard-options.js';
import type { StoreOptions } from '../store-choice.js';

const maxWorkers = 64;

export interface WorkersOptions {
  /**
   * How many processes share the doors, for a machine of several cores. They count the calls of a client together; all
   * other limits hold for each. For the program only.
   * Default 1; at most 64.
   */
  readonly workers?: number | undefined;
}

/** The options that it depends on. */
interface Others extends WorkersOptions, ClusterChoice, DashboardOptions, StoreOptions {
  readonly tls?: string | undefined;
}

/** How many processes there are to be. Throws `invalid_argument` for what several of them cannot share. */
export function workersOf(options: Others, storeName: string, nameOf: (option: keyof Others) => string): number {
  const name = nameOf('workers');
  const workers = wholeNumber(name, options.workers ?? 1, 1, maxWorkers);
  if (workers === 1) return workers;
  if (storeName === 'memory' || storeName === 'custom') {
    const why = "a store in memory is one process's own";
    throw wrong(`${name}: ${why}; choose ${nameOf('store')} sqlite:PATH or postgres://…, not ${storeName}`);
  }
  if (options.cluster !== undefined) throw wrong(`${name}: a node of a cluster is one process; start several nodes`);
  if (options.tls !== undefined) throw wrong(`${name}: each worker would have another self-signed certificate`);
  const hasSecret = options.dashboardSecret !== undefined || options.dashboardSecretFile !== undefined;
  const hasSessions = options.dashboardPassphrase !== undefined || options.dashboardPassphraseFile !== undefined;
  if (hasSessions && !hasSecret) {
    throw wrong(`${name}: each worker would sign its own sessions; set ${nameOf('dashboardSecretFile')}`);
  }
  return workers;
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
