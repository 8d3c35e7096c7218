export type { PostgresConnection, SqliteConnection } from './connection.js';
export { type SqlOwnershipOptions, SqlOwnershipStore } from './sql-ownership-store.js';
export { defaultTable } from './table-name.js';
