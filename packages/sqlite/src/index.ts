export type { SqliteStoreOptions } from './options.js';
export { SqliteStore } from './store.js';
