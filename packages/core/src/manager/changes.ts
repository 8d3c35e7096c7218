import type { CodecRegistry } from '../codecs/registry.js';
import type { WatchEvent } from '../contract/change.js';
import { isConfigError, isTransient } from '../contract/errors.js';
import type { ChangeStream, Store } from '../contract/store.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import { GeneratedStream } from '../util/pull-stream.js';
import type { KnownPosition, Position } from '../watching/position.js';
import { type Begun, begun, resumed } from '../watching/resume.js';
import { type KeyChange, keyChange } from './key-change.js';

export interface ChangesOptions {
  readonly store: Store;
  readonly codecs: CodecRegistry;
  readonly namespace: string;
  /** This key alone; `prefix` is the same then. */
  readonly key?: string | undefined;
  readonly prefix: string;
  /** Where to begin; absent: now. */
  readonly from?: Position | undefined;
  /** How far the log is known to have come, in place of `from`. */
  readonly known: KnownPosition;
  readonly backoff: BackoffOptions;
  /** Ends it, without an error. */
  readonly signal: AbortSignal;
}

/**
 * The changes of a namespace's keys from the call on, over as many watches as it takes where the store can resume them.
 * Fails where a change could have been missed.
 */
export class KeyChanges extends GeneratedStream<KeyChange> {
  /** Settles once every change from then on will be told; rejects where it fails before. Never unhandled. */
  readonly ready: Promise<void>;

  constructor(options: ChangesOptions) {
    // Where the log is known to have come so far, that is the place to begin: however long opening takes, nothing that
    // is written from now on is missed.
    const from = options.from ?? (options.store.features.has('revisions') ? options.known.value : undefined);
    let ready: Promise<void> = Promise.resolve();
    super((signal) => {
      const first = open(options, from, signal);
      if (from === undefined) ready = first.ready;
      return changes(options, from, first, signal);
    }, options.signal);
    this.ready = ready;
    this.ready.catch(() => {});
  }
}

function open(
  { store, namespace, prefix }: ChangesOptions,
  from: Position | undefined,
  signal: AbortSignal,
): ChangeStream {
  const start = from && { startRevision: from.revision, logId: from.logId };
  return store.watch(
    { namespaces: [namespace], prefixes: prefix === '' ? [] : [prefix] },
    { signal, progress: store.features.has('revisions'), resume: false, ...start },
  );
}

async function* changes(
  options: ChangesOptions,
  from: Position | undefined,
  opened: ChangeStream,
  signal: AbortSignal,
): AsyncGenerator<KeyChange, void, undefined> {
  let first: ChangeStream | undefined = opened;
  const events = resumed({
    from,
    signal,
    backoff: new Backoff(options.backoff),
    open(position): AsyncIterable<WatchEvent | Begun> {
      const stream = first ?? open(options, position, signal);
      first = undefined;
      return begun(stream, signal);
    },
    onLost(error, position) {
      if (isConfigError(error, 'revision_compacted')) options.known.forget(from);
      if (position === undefined || !isTransient(error)) throw error;
      return position;
    },
  });
  for await (const event of events) {
    if (event.type !== 'set' && event.type !== 'delete') continue;
    if (options.key === undefined || event.entry.key === options.key) yield keyChange(event, options.codecs);
  }
}
