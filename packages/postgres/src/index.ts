export { openPostgresKeys } from './key-table.js';
export type { PostgresStoreOptions } from './options.js';
export { PostgresStore } from './store.js';
