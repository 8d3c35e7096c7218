export type { Flag, FlagValue, Rule, Test } from '@cfg/core/flags';
export { CfgProvider, type CfgProviderOptions } from './provider.js';
