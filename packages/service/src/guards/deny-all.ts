import type { Guard } from './guard.js';
import { anonymous } from './identity.js';

/** Lets nobody do anything: the default, so that a service without a guard is closed rather than open. */
export const denyAll = (): Guard => ({ authenticate: () => anonymous, authorize: () => ({ allowed: false }) });
