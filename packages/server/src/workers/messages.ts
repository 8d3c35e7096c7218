import type { MetricsData } from '@cfg/gateway';

/** Where the doors are open, `host:port`. */
export interface Doors {
  readonly grpc: string;
  readonly http: string;
}

/** The variable of the environment that tells a worker where to open the doors. */
export const doorsVariable = 'CFG_WORKER_DOORS';

/** The variable that tells a worker which log the others' store has: it must not open, or make, another one. */
export const logVariable = 'CFG_WORKER_STORE_LOG';

/** A message of the primary process to a worker. */
export type ToWorker =
  | { readonly cfg: 'stop' }
  /** Another worker has written. */
  | { readonly cfg: 'wake' }
  | { readonly cfg: 'measure'; readonly id: number };

/** A message of a worker to the primary process. */
export type FromWorker =
  | { readonly cfg: 'ready'; readonly logId: string }
  | { readonly cfg: 'wake' }
  | { readonly cfg: 'measured'; readonly id: number; readonly metrics: MetricsData };

/** Others may send messages too. */
export const isMessage = <M extends ToWorker | FromWorker>(message: unknown): message is M =>
  typeof message === 'object' && message !== null && 'cfg' in message;
