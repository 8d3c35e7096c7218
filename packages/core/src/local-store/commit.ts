import type { BatchOutcome } from '../contract/batch.js';
import { Change, type ChangeType } from '../contract/change.js';
import { Entry, type EntryInit } from '../contract/entry.js';
import { ConfigError, type ErrorCode, isConfigError } from '../contract/errors.js';
import type { Steps } from '../util/steps.js';
import type { Answer, Operation, Outcome } from './operation.js';
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

type EntryRow = Readonly<EntryInit>;
/** An entry, or which change of the commit made it. */
type EntryReference = EntryRow | number;
type ChangeRow = { type: ChangeType; entry: EntryRow; revision: number; requestId: string; more: boolean };
type AnswerRow =
  | { is: 'entry'; entry: EntryReference }
  | { is: 'batch'; outcome: Omit<BatchOutcome, 'entries'>; entries: readonly EntryReference[] }
  | { is: 'plain'; answer: Answer };
type OutcomeRow =
  | { done: true; answer: AnswerRow }
  | { done: false; code: ErrorCode; message: string; metadata: Readonly<Record<string, string>> };

/** A {@link Commit} as plain data: a structured clone of it is complete, so that it can be sent to another thread. */
export interface PlainCommit {
  readonly outcomes: readonly OutcomeRow[];
  readonly changes: readonly ChangeRow[];
  readonly oldestRevision: number;
}

export function toPlainCommit({ outcomes, changes, oldestRevision }: Commit): PlainCommit {
  const places = new Map(changes.map(({ entry }, index) => [entry, index]));
  const refer = (entry: Entry): EntryReference => places.get(entry) ?? toEntryRow(entry);
  return {
    outcomes: outcomes.map((outcome): OutcomeRow => {
      if (outcome.done) return { done: true, answer: toAnswerRow(outcome.answer, refer) };
      const { code, message, metadata } = outcome.error;
      return { done: false, code, message, metadata };
    }),
    changes: changes.map(({ type, entry, revision, requestId, more }) => {
      return { type, entry: toEntryRow(entry), revision, requestId, more };
    }),
    oldestRevision,
  };
}

/** Entries that were one before are one again: whoever reads them shares what was encoded once. */
export function fromPlainCommit({ outcomes, changes: rows, oldestRevision }: PlainCommit): Commit {
  const changes = rows.map(({ type, entry, revision, requestId, more }) => {
    return new Change(type, new Entry(entry), revision, requestId, more);
  });
  const resolve = (entry: EntryReference): Entry =>
    typeof entry === 'number' ? (changes[entry] as Change).entry : new Entry(entry);
  return {
    outcomes: outcomes.map((row): Outcome => {
      if (row.done) return { done: true, answer: fromAnswerRow(row.answer, resolve) };
      return { done: false, error: new ConfigError(row.code, row.message, { metadata: row.metadata }) };
    }),
    changes,
    oldestRevision,
  };
}

function toEntryRow(entry: Entry): EntryRow {
  const { encoded: _, ...row } = { ...entry, bytes: entry.bytes };
  return row;
}

function toAnswerRow(answer: Answer, refer: (entry: Entry) => EntryReference): AnswerRow {
  if (answer instanceof Entry) return { is: 'entry', entry: refer(answer) };
  if (answer === undefined || !('entries' in answer)) return { is: 'plain', answer };
  const { entries, ...outcome } = answer;
  return { is: 'batch', outcome, entries: entries.map(refer) };
}

function fromAnswerRow(row: AnswerRow, resolve: (entry: EntryReference) => Entry): Answer {
  if (row.is === 'entry') return resolve(row.entry);
  if (row.is === 'plain') return row.answer;
  return { ...row.outcome, entries: row.entries.map(resolve) };
}
