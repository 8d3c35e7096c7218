export { openSqliteKeys } from './key-table.js';
export { backupSqlite } from './backup.js';
export type { Durability, IntegrityCheck, SqliteStoreOptions } from './options.js';
export { SqliteStore } from './store.js';
