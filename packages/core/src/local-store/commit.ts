import type { Change } from '../contract/change.js';
import { isConfigError } from '../contract/errors.js';
import type { Steps } from '../util/steps.js';
import type { Operation, Outcome } from './operation.js';
import type { Transaction } from './transaction.js';

/** Maximum number of deletions by expiry in one commit, so that many that fall due at once do not hold it up. */
const maxDue = 1_000;

/** The outcome of a commit. */
export interface Commit {
  /** One for each operation, in their order. */
  readonly outcomes: readonly Outcome[];
  /** The changes that it added to the log, deletions by expiry included. */
  readonly changes: readonly Change[];
  readonly oldestRevision: number;
}

/**
 * Decides and writes the operations, and before them what is due by expiry. An operation that the rules refuse fails
 * alone; whatever else throws ends the transaction.
 */
export function* applyAll(transaction: Transaction, operations: readonly Operation[]): Steps<readonly Outcome[]> {
  yield* transaction.expire(maxDue);
  const outcomes: Outcome[] = [];
  for (const operation of operations) {
    try {
      outcomes.push({ done: true, answer: yield* transaction.apply(operation) });
    } catch (error) {
      if (!isConfigError(error)) throw error;
      outcomes.push({ done: false, error });
    }
  }
  return outcomes;
}
