import type { Change, ChangeType } from '../contract/change.js';
import type { CodecRegistry } from '../codecs/registry.js';
import type { ChangeStream, Store } from '../contract/store.js';
import { Value } from '../value/value.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import { isOutage } from './faults.js';
import { until } from './until.js';

/** A change of a key, as apps see it. */
export interface KeyChange {
  readonly type: Extract<ChangeType, 'set' | 'delete'>;
  readonly key: string;
  /** What was set; absent for a delete. */
  readonly value?: Value;
  /** The change's place in the store's log; 0 where it has none. */
  readonly revision: number;
}

export interface ChangesOptions {
  readonly store: Store;
  readonly codecs: CodecRegistry;
  readonly namespace: string;
  readonly prefix: string;
  readonly startRevision?: number | undefined;
  readonly logId?: string | undefined;
  readonly backoff: BackoffOptions;
  /** Ends it, without an error. */
  readonly signal: AbortSignal;
}

/**
 * The changes of a namespace's keys, over as many watches as it takes where the store can resume them. Opens the first
 * at once. Fails where a change could have been missed.
 */
export function followChanges(options: ChangesOptions): AsyncGenerator<KeyChange, void, undefined> {
  const position = { revision: options.startRevision, logId: options.logId };
  return changes(options, position, open(options, position));
}

interface Position {
  revision: number | undefined;
  logId: string | undefined;
}

function open({ store, namespace, prefix, signal }: ChangesOptions, { revision, logId }: Position): ChangeStream {
  return store.watch(
    { namespaces: [namespace], prefixes: prefix === '' ? [] : [prefix] },
    { signal, progress: store.features.has('revisions'), startRevision: revision, logId },
  );
}

async function* changes(
  options: ChangesOptions,
  position: Position,
  first: ChangeStream,
): AsyncGenerator<KeyChange, void, undefined> {
  const { codecs, signal } = options;
  const backoff = new Backoff(options.backoff);
  let begun = false;
  for (let stream = first; ; stream = open(options, position)) {
    try {
      await until(stream.ready, signal);
      begun = true;
      for await (const event of stream) {
        backoff.succeeded();
        if (event.revision > 0) position.revision = event.revision;
        if (event.type === 'progress') position.logId = event.logId;
        else if (event.type === 'set' || event.type === 'delete') yield keyChange(event, event.type, codecs);
      }
      if (signal.aborted || position.revision === undefined) return;
    } catch (error) {
      if (signal.aborted) return;
      // Once it has begun, only a known position can be resumed without a gap.
      if ((begun && position.revision === undefined) || !isOutage(error)) throw error;
    } finally {
      stream.close();
    }
    try {
      await backoff.failed(signal);
    } catch {
      return;
    }
  }
}

function keyChange({ entry, revision }: Change, type: KeyChange['type'], codecs: CodecRegistry): KeyChange {
  const { key } = entry;
  return type === 'delete'
    ? { type, key, revision }
    : { type, key, value: Value.fromEntry(entry, { codecs }), revision };
}
