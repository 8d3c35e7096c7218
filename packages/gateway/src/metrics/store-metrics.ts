import { type CompactionState, can, isMeasured, type LogState, type MeasuredStore, type Store } from '@cfg/core';
import { durationBounds, Histogram, histogram } from './histogram.js';
import { metric, type Values } from './metric.js';

type Read = () => Promise<Values>;

/** How many operations a write has: one, or those of a batch. */
const sizeBounds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];

/** How far a store's log reaches, by name. */
export function logMetrics(store: Store): readonly (readonly [name: string, read: Read])[] {
  const revision = (name: string, help: string, of: 'revision' | 'oldestRevision'): readonly [string, Read] => [
    name,
    async () => {
      // A store that cannot be asked has no value, which is told by its absence.
      const state = can(store, 'revisions') ? await store.revision().catch(() => undefined) : undefined;
      return metric(name, help, 'gauge', state === undefined ? [] : [{ labels: {}, value: state[of] }], 'max');
    },
  ];
  return [
    revision('cfg_store_revision', 'The revision of the last change', 'revision'),
    revision('cfg_store_oldest_revision', 'From this revision on a watch can resume', 'oldestRevision'),
  ];
}

/** The metrics of a store's writes and memory, where it can be measured, by name. */
export const writeMetrics = (store: Store): readonly (readonly [name: string, read: Read])[] =>
  isMeasured(store) ? [...writes(store), ...logStates(store), ...compaction(store)] : [];

function writes(store: MeasuredStore): readonly (readonly [name: string, read: Read])[] {
  const durations = new Histogram(durationBounds);
  const sizes = new Histogram(sizeBounds);
  let bytes = 0;
  store.onCommit((write) => {
    durations.note(write.durationMs / 1_000);
    sizes.note(write.operations);
    bytes += write.bytes;
  });
  const [took, size, weight] = [
    'cfg_store_commit_seconds',
    'cfg_store_commit_operations',
    'cfg_store_written_bytes_total',
  ];
  return [
    [took, async () => histogram(took, 'How long writes took until they were committed', durations)],
    [size, async () => histogram(size, 'Operations of a write: more than one of a batch', sizes)],
    [
      weight,
      async () => metric(weight, 'Bytes of the values that were written', 'counter', [{ labels: {}, value: bytes }]),
    ],
  ];
}

/** The metrics of the log's memory, by name. */
const logGauges: readonly (readonly [name: string, help: string, of: keyof LogState])[] = [
  ['cfg_log_ring_changes', 'Changes in the ring of the newest', 'ringChanges'],
  ['cfg_log_ring_bytes', 'What the ring weighs, roughly', 'ringBytes'],
  ['cfg_log_page_bytes', 'What the pages behind the ring weigh, roughly', 'pageBytes'],
  ['cfg_log_watchers', 'Watches of the store, its own included', 'watchers'],
];

const logStates = (store: MeasuredStore): readonly (readonly [name: string, read: Read])[] =>
  logGauges.map(([name, help, of]) => [
    name,
    async () => {
      const state = store.logState();
      return metric(name, help, 'gauge', state === undefined ? [] : [{ labels: {}, value: state[of] }]);
    },
  ]);

/** The metrics of what the store has dropped, by name. */
const compactionCounters: readonly (readonly [name: string, help: string, of: (state: CompactionState) => number])[] = [
  ['cfg_store_compaction_steps_total', 'Transactions that dropped old changes', ({ steps }) => steps],
  ['cfg_store_compaction_changes_total', 'Old changes that they dropped', ({ changes }) => changes],
  ['cfg_store_compaction_seconds_total', 'How long it took to drop them', ({ durationMs }) => durationMs / 1_000],
];

const compaction = (store: MeasuredStore): readonly (readonly [name: string, read: Read])[] =>
  compactionCounters.map(([name, help, of]) => [
    name,
    async () => {
      const state = store.compaction?.();
      return metric(name, help, 'counter', state === undefined ? [] : [{ labels: {}, value: of(state) }]);
    },
  ]);
