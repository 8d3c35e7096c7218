import { type Logger, safeLogger } from '@cfg/core';
import type { Auditor } from './auditor.js';

/** Writes each event to a log, at `info`, without its value. */
export function logAuditor(logger: Logger): Auditor {
  const log = safeLogger(logger);
  return {
    record(events) {
      for (const { value, ...event } of events) {
        log.info({ audit: { ...event, ...(value && { valueBytes: value.length }) } }, 'audit');
      }
    },
  };
}
