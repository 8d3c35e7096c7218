import { isConfigError } from '../contract/errors.js';

/** Whether the store could not be asked, as against: has answered that it will not. */
export function isOutage(error: unknown): boolean {
  if (!isConfigError(error)) return true;
  return isConfigError(
    error,
    'unavailable',
    'not_connected',
    'deadline_exceeded',
    'resource_exhausted',
    'guard_timeout',
    'cancelled',
    'internal',
  );
}

/** Whether the watch of this store will never work. */
export const isHopeless = (error: unknown): boolean =>
  isConfigError(error, 'watch_not_supported', 'unsupported', 'closed', 'invalid_namespace', 'invalid_argument');
