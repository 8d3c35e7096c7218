export type { PostgresConnection, SqliteConnection } from '@cfg/core/store';
export { type SqlOwnershipOptions, SqlOwnershipStore } from './sql-ownership-store.js';
