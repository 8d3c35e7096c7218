export { openSqliteKeys } from './key-table.js';
export { backupSqlite } from './backup.js';
export { checkSqlite } from './check.js';
export type { Durability, IntegrityCheck, SqliteStoreOptions } from './options.js';
export { type RestoreSqliteOptions, restoreSqlite } from './restore.js';
export { SqliteStore } from './store.js';
