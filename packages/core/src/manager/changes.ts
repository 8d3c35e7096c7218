import type { CodecRegistry } from '../codecs/registry.js';
import type { WatchEvent } from '../contract/change.js';
import type { Entry } from '../contract/entry.js';
import { ConfigError, isConfigError, isTransient } from '../contract/errors.js';
import type { ChangeStream, Store } from '../contract/store.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import { GeneratedStream } from '../util/pull-stream.js';
import { untilAborted } from '../util/wait.js';
import type { KnownPosition, Position } from '../watching/position.js';
import { type Begun, begun, resumed } from '../watching/resume.js';
import { type KeyChange, keyChange } from './key-change.js';
import { KnownKeys } from './known-keys.js';

const pageSize = 1_000;

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
 * The changes of a namespace's keys from the call on, over as many watches as it takes. Where the store cannot resume a
 * lost one, it reads the keys again, and the changes that it missed come as their sum: one for each key that is another
 * now, the deleted ones first. For that it reads them once when it begins.
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
      const beginning = from === undefined ? begin(options, first, signal) : undefined;
      if (beginning !== undefined) ready = beginning.then(() => {});
      return changes(options, from, first, beginning, signal);
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

/**
 * Returns what there is when a watch from now on has begun. At once, not when someone reads: what is changed between must be
 * told by the watch, and so it must not be lost before.
 */
async function begin(
  options: ChangesOptions,
  stream: ChangeStream,
  signal: AbortSignal,
): Promise<readonly Entry[] | undefined> {
  await untilAborted(stream.ready, signal);
  const entries = await readAll(options, signal);
  if (stream.live === false) throw new ConfigError('unavailable', 'the watch was lost while it began');
  return entries;
}

async function* changes(
  options: ChangesOptions,
  from: Position | undefined,
  opened: ChangeStream,
  beginning: Promise<readonly Entry[] | undefined> | undefined,
  signal: AbortSignal,
): AsyncGenerator<KeyChange, void, undefined> {
  let first: ChangeStream | undefined = opened;
  const known = new KnownKeys();
  /** Whether all keys are known, so that where changes were missed it can be told which. */
  let isComplete = false;

  /** The events of one watch. Where it does not go on where the one before ended, first what has changed meanwhile. */
  async function* events(position: Position | undefined): AsyncGenerator<WatchEvent | Begun, void, undefined> {
    const stream = first ?? open(options, position, signal);
    first = undefined;
    let wasRead = false;
    for await (const event of begun(stream, signal)) {
      if (event.type !== 'begun') {
        if (event.type === 'progress') yield event;
        else if (!wasRead || !known.has(event)) {
          known.note(event);
          yield event;
        }
        continue;
      }
      yield event;
      if (isComplete && position !== undefined) continue;
      const entries = stream === opened && beginning !== undefined ? await beginning : await readAll(options, signal);
      if (entries === undefined) continue;
      const missed = known.replace(options.namespace, entries);
      wasRead = isComplete;
      if (isComplete) yield* missed;
      isComplete = true;
    }
  }

  const told = resumed({
    from,
    signal,
    backoff: new Backoff(options.backoff, options.store.arrivals),
    open: events,
    onLost(error, position) {
      const isCompacted = isConfigError(error, 'revision_compacted');
      if (isCompacted) options.known.forget(from);
      // `unsupported`: the server is another now, which cannot resume.
      const isGap = isCompacted || position === undefined || isConfigError(error, 'unsupported');
      if (isGap ? !isComplete || !(isCompacted || isTransient(error) || position) : !isTransient(error)) throw error;
      return isGap ? undefined : position;
    },
  });
  for await (const event of told) {
    if (event.type !== 'set' && event.type !== 'delete') continue;
    if (options.key === undefined || event.entry.key === options.key) yield keyChange(event, options.codecs);
  }
}

/** The present entries; `undefined` where the store does not let them be listed. */
async function readAll(options: ChangesOptions, signal: AbortSignal): Promise<readonly Entry[] | undefined> {
  const { store, namespace, key, prefix } = options;
  const entries: Entry[] = [];
  let cursor = '';
  try {
    do {
      const query = key === undefined ? { prefix, limit: pageSize, cursor } : { keys: [key] };
      const page = await store.find(namespace, query, { signal });
      for (const entry of page.entries) entries.push(entry);
      cursor = page.nextCursor;
    } while (cursor !== '');
  } catch (error) {
    if (isTransient(error)) throw error;
    return undefined;
  }
  return entries;
}
