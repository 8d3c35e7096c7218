import {
  type Caller,
  type CallOptions,
  can,
  type RevisionState,
  type Snapshot,
  type SnapshotOptions,
  type Store,
} from '@cfg/core';
import { maxMessageBytes } from '@cfg/proto';
import { LRUCache } from 'lru-cache';
import { untilAborted } from '../deadline.js';
import type { Encoder } from '../encoder.js';
import type { Environment } from '../environment.js';
import { SnapshotBody } from './body.js';
import { pagedSnapshot } from './paged.js';
import type { ShownAt } from './patched-bytes.js';

/** A namespace as of one moment. */
export interface TakenSnapshot {
  readonly body: SnapshotBody;
  /** Absent where the store has no revisions. */
  readonly at: ShownAt | undefined;
}

interface Built {
  readonly body: SnapshotBody;
  /** Every write up to it is in the body. */
  readonly revision: number;
}

export interface TakeOptions extends CallOptions {
  /** With its secrets. Default false: they are masked. */
  readonly reveal?: boolean | undefined;
}

interface Wanted {
  readonly namespace: string;
  readonly reveal: boolean;
}

/** No namespace begins with a plus. */
const nameOf = ({ namespace, reveal }: Wanted): string => (reveal ? `+${namespace}` : namespace);

/**
 * Takes snapshots. Of a store with revisions, a namespace is read and encoded once for each of its own changes, however
 * often it is asked for and whatever happens in the others. All who ask while it is built share it, if it is new enough
 * for them.
 */
export class Snapshots {
  readonly #store: Store;
  readonly #encoder: Encoder;
  readonly #bounds: SnapshotOptions;
  readonly #cache: LRUCache<string, Built> | undefined;
  readonly #flights = new Map<string, Promise<Built>>();

  constructor({ store, encoder, settings }: Pick<Environment, 'store' | 'encoder' | 'settings'>) {
    this.#store = store;
    this.#encoder = encoder;
    this.#bounds = { maxEntries: settings.maxSnapshotEntries, maxBytes: maxMessageBytes };
    const maxSize = settings.snapshotCacheBytes;
    if (maxSize > 0) {
      this.#cache = new LRUCache({ maxSize, sizeCalculation: ({ body }, name) => body.weight + name.length });
    }
  }

  /** Fails with `resource_exhausted` where the namespace has too many entries, or too large ones. */
  async take(
    namespace: string,
    atRevision: number,
    { reveal = false, ...options }: TakeOptions,
  ): Promise<TakenSnapshot> {
    const store = this.#store;
    if (!can(store, 'revisions')) {
      return { body: this.#bodyOf(await this.#read(namespace, options), reveal), at: undefined };
    }
    // One call tells how new the namespace is, and the log's revision, at which a kept snapshot is still true.
    const state = await store.revision(namespace, options);
    const { oldestRevision } = state;
    if (atRevision !== 0 || !can(store, 'snapshot')) {
      const snapshot = await this.#read(namespace, { ...options, atRevision });
      const { revision } = snapshot;
      const at = revision === undefined ? undefined : { revision, oldestRevision };
      return { body: this.#bodyOf(snapshot, reveal), at };
    }
    const { body, revision } = await this.#newest({ namespace, reveal }, state, options);
    return { body, at: { revision, oldestRevision } };
  }

  async #newest(wanted: Wanted, state: RevisionState, { signal, caller }: CallOptions): Promise<Built> {
    const name = nameOf(wanted);
    const kept = this.#cache?.get(name);
    if (kept?.body.logId === state.logId && kept.body.namespaceRevision === state.namespaceRevision) {
      return { body: kept.body, revision: Math.max(state.revision, kept.revision) };
    }
    const begun = this.#flights.get(name);
    if (begun !== undefined) {
      const built = await untilAborted(begun, signal).catch(() => undefined);
      if (built !== undefined && shows(built, state)) return built;
    }
    // One that is under way by now began after `state`, so it is new enough.
    return untilAborted(this.#flights.get(name) ?? this.#build(wanted, caller), signal);
  }

  #build(wanted: Wanted, caller: Caller | undefined): Promise<Built> {
    const name = nameOf(wanted);
    const flight = this.#buildNow(wanted, caller).finally(() => {
      if (this.#flights.get(name) === flight) this.#flights.delete(name);
    });
    this.#flights.set(name, flight);
    return flight;
  }

  /** Goes on when its caller leaves, since others share it. */
  async #buildNow(wanted: Wanted, caller: Caller | undefined): Promise<Built> {
    const snapshot = await this.#read(wanted.namespace, { caller });
    const built = { body: this.#bodyOf(snapshot, wanted.reveal), revision: snapshot.revision ?? 0 };
    if (snapshot.namespaceRevision !== undefined) this.#cache?.set(nameOf(wanted), built);
    return built;
  }

  #read(namespace: string, options: SnapshotOptions): Promise<Snapshot> {
    const store = this.#store;
    const bounded = { ...this.#bounds, ...options };
    return can(store, 'snapshot') ? store.snapshot(namespace, bounded) : pagedSnapshot(store, namespace, bounded);
  }

  #bodyOf(snapshot: Snapshot, reveal: boolean): SnapshotBody {
    return new SnapshotBody(this.#encoder, snapshot, reveal);
  }
}

/** Whether the snapshot has every write that was in the log at `state`. */
function shows({ body, revision }: Built, state: RevisionState): boolean {
  return body.logId === state.logId && revision >= state.namespaceRevision;
}
