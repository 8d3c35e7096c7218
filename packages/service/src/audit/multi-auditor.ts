import type { Auditor } from './auditor.js';

/** Records with all `auditors`, whichever of them fail. Then it fails with an `AggregateError` of their errors. */
export function multiAuditor(...auditors: readonly Auditor[]): Auditor {
  return {
    async record(events) {
      const outcomes = await Promise.allSettled(auditors.map(async (auditor) => auditor.record(events)));
      const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${auditors.length} auditors failed`);
    },
  };
}
