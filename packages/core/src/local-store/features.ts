import type { Capability } from '../contract/capability.js';

/** What a store over an engine can do. */
export const localFeatures: ReadonlySet<Capability> = new Set<Capability>([
  'revisions',
  'cas',
  'ttl',
  'requests',
  'tombstones',
  'batch',
  'restore',
  'authors',
  'search',
  'audit',
  'snapshot',
  'versions',
  'aliases',
  'namespaces',
  'stats',
  'health',
  'transfer',
]);
