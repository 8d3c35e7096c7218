export { openWebhooks, type Webhooks, type WebhooksOptions } from './webhooks.js';
export type { WebhookTarget } from './target.js';
export type { DeliveryStatus } from './delivery.js';
// Where positions are kept
export type { LedgerEntry, LedgerNote, WebhookLedger } from './ledger.js';
export { type SqlLedgerOptions, sqlLedger } from './sql-ledger.js';
