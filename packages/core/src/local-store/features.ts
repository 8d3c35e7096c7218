import { announced, type Capability } from '../contract/capability.js';

/** What a store over an engine can do: all that a server announces, and what is not announced. */
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
