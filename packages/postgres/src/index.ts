export type { PostgresStoreOptions } from './options.js';
export { PostgresStore } from './store.js';
