import type { BatchOutcome } from '../contract/batch.js';
import { Change, type ChangeType } from '../contract/change.js';
import { Entry } from '../contract/entry.js';
import { ConfigError, type ErrorCode } from '../contract/errors.js';
import { valueTypeNumber, valueTypeOf } from '../value/value-type.js';
import type { Commit } from './commit.js';
import type { Answer, Operation, Outcome } from './operation.js';

/** Everything of an entry but its bytes, and where those are: see {@link PlainCommit}. */
type EntryRow = readonly [
  value: number,
  namespace: string,
  key: string,
  codec: string,
  type: number,
  version: number,
  revision: number,
  createdAtMs: number,
  updatedAtMs: number,
  expiresAtMs: number | null,
  flags: number,
  author: string,
  comment: string,
];
type ChangeRow = readonly [type: ChangeType, requestId: string, more: boolean, ...entry: EntryRow];
/** An entry, or which change of the commit made it. */
type EntryReference = EntryRow | number;
type AnswerRow =
  | { is: 'entry'; entry: EntryReference }
  | { is: 'batch'; outcome: Omit<BatchOutcome, 'entries'>; entries: readonly EntryReference[] }
  | { is: 'plain'; answer: Answer };
type OutcomeRow =
  | { done: true; answer: AnswerRow }
  | { done: false; code: ErrorCode; message: string; metadata: Readonly<Record<string, string>> };
interface Rows {
  readonly outcomes: readonly OutcomeRow[];
  readonly changes: readonly ChangeRow[];
  readonly oldestRevision: number;
}

/**
 * A {@link Commit} in the form in which it costs least to send to the thread that has asked for it. That one has the
 * values of its operations: they are not sent back, but named by their place among all the operations' values. After
 * those come the values that are sent.
 */
export interface PlainCommit {
  /** The rows, as JSON: a structured clone of so many small arrays takes twice as long. */
  readonly rows: string;
  readonly values: readonly Uint8Array[];
}

const [deletedFlag, secretFlag, maskedFlag] = [1, 2, 4];

/** `operations` are those of the commit. */
export function toPlainCommit(
  { outcomes, changes, oldestRevision }: Commit,
  operations: readonly Operation[],
): PlainCommit {
  const known = valuesOf(operations);
  const places = new Map(known.map((bytes, place) => [bytes, place]));
  const values: Uint8Array[] = [];
  const row = (entry: Entry): EntryRow => {
    const { bytes } = entry;
    let place = places.get(bytes);
    if (place === undefined) {
      place = known.length + values.length;
      values.push(bytes);
      places.set(bytes, place);
    }
    return [
      place,
      entry.namespace,
      entry.key,
      entry.codec,
      valueTypeNumber(entry.type),
      entry.version,
      entry.revision,
      entry.createdAtMs,
      entry.updatedAtMs,
      entry.expiresAtMs ?? null,
      (entry.deleted ? deletedFlag : 0) | (entry.secret ? secretFlag : 0) | (entry.masked ? maskedFlag : 0),
      entry.author,
      entry.comment,
    ];
  };
  const made = new Map(changes.map(({ entry }, index) => [entry, index]));
  const refer = (entry: Entry): EntryReference => made.get(entry) ?? row(entry);
  const rows: Rows = {
    outcomes: outcomes.map((outcome): OutcomeRow => {
      if (outcome.done) return { done: true, answer: toAnswerRow(outcome.answer, refer) };
      const { code, message, metadata } = outcome.error;
      return { done: false, code, message, metadata };
    }),
    changes: changes.map(({ type, entry, requestId, more }) => [type, requestId, more, ...row(entry)]),
    oldestRevision,
  };
  return { rows: JSON.stringify(rows), values };
}

/**
 * The commit that `plain` was made of, by the same operations. Entries that were one before are one again: whoever reads
 * them shares what was encoded once.
 */
export function fromPlainCommit({ rows, values }: PlainCommit, operations: readonly Operation[]): Commit {
  const all = [...valuesOf(operations), ...values];
  const parsed = JSON.parse(rows) as Rows;
  const changes = parsed.changes.map(([type, requestId, more, ...row]) => {
    const entry = toEntry(row, all);
    return new Change(type, entry, entry.revision, requestId, more);
  });
  const resolve = (entry: EntryReference): Entry =>
    typeof entry === 'number' ? (changes[entry] as Change).entry : toEntry(entry, all);
  return {
    outcomes: parsed.outcomes.map((row): Outcome => {
      if (row.done) return { done: true, answer: fromAnswerRow(row.answer, resolve) };
      return { done: false, error: new ConfigError(row.code, row.message, { metadata: row.metadata }) };
    }),
    changes,
    oldestRevision: parsed.oldestRevision,
  };
}

/** The values that operations bring, in their order. */
function valuesOf(operations: readonly Operation[]): readonly (Uint8Array | string)[] {
  return operations.flatMap((operation) => {
    if (operation.type === 'set') return [operation.value.bytes];
    if (operation.type === 'transfer') return operation.records.map(({ entry }) => entry.bytes);
    if (operation.type !== 'batch') return [];
    return operation.operations.flatMap((each) => (each.type === 'set' ? [each.value.bytes] : []));
  });
}

function toEntry(row: EntryRow, values: readonly (Uint8Array | string)[]): Entry {
  const [place, namespace, key, codec, type, version, revision, createdAtMs, updatedAtMs, expiresAtMs, flags] = row;
  return new Entry({
    bytes: values[place] as Uint8Array | string,
    namespace,
    key,
    codec,
    type: valueTypeOf(type),
    version,
    revision,
    createdAtMs,
    updatedAtMs,
    expiresAtMs: expiresAtMs ?? undefined,
    deleted: (flags & deletedFlag) !== 0,
    secret: (flags & secretFlag) !== 0,
    masked: (flags & maskedFlag) !== 0,
    author: row[11],
    comment: row[12],
  });
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
