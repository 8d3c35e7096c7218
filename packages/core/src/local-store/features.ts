import { announced, type Capability } from '../contract/capability.js';

/** The capabilities of a store over an engine: all those that a server announces, and some that are not announced. */
export const localFeatures: ReadonlySet<Capability> = new Set<Capability>([
  ...announced,
  'snapshot',
  'versions',
  'aliases',
  'namespaces',
  'stats',
  'health',
  'transfer',
]);
