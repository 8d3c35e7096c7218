export type { Flag, FlagValue, Rule, Test } from './flag.js';
export { CfgProvider, type CfgProviderOptions } from './provider.js';
