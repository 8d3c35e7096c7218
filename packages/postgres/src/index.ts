export { openPostgresKeys } from './open-keys.js';
export type { PostgresStoreOptions } from './options.js';
export { PostgresStore } from './store.js';
