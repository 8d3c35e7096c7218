/*
 * Feature flags that are configuration: what the value of a key means as a flag. The OpenFeature provider and the gateway's
 * OFREP share it, so that a flag is the same for all who read it.
 */

export { type Evaluation, evaluate } from './evaluate.js';
export type { Flag, FlagValue, Rule, Test } from './flag.js';
export { type FlagContext, share } from './targeting.js';
