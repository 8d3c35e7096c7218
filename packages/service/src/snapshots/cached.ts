import type { Revisioned, RevisionState } from '@cfg/core';
import { LRUCache } from 'lru-cache';
import { untilAborted } from '../deadline.js';
import type { Encoder } from '../encoder.js';
import { SnapshotBody } from './body.js';
import type { Snapshots, TakenSnapshot } from './snapshots.js';

interface Built extends TakenSnapshot {
  readonly revision: number;
  /** The revision of the namespace's last change in it; unknown where the namespace changed while it was built. */
  readonly namespaceRevision: number | undefined;
}

/**
 * For a store with revisions: a namespace is read and encoded once for each of its own changes, however often it is
 * asked for and whatever happens in the others. All who ask while it is built share it, if it is new enough for them.
 */
export class CachedSnapshots implements Snapshots {
  #store: Revisioned;
  #encoder: Encoder;
  #maxEntries: number;
  #cache: LRUCache<string, Built> | undefined;
  #flights = new Map<string, Promise<Built>>();

  /** `maxBytes` 0: nothing is kept. */
  constructor(store: Revisioned, encoder: Encoder, maxEntries: number, maxBytes: number) {
    this.#store = store;
    this.#encoder = encoder;
    this.#maxEntries = maxEntries;
    if (maxBytes > 0) {
      this.#cache = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ body }, name) => body.weight + name.length });
    }
  }

  async take(namespace: string, signal: AbortSignal): Promise<TakenSnapshot> {
    // One read says how new the namespace is and what the log's revision is: at that revision the cached one is it.
    const state = await this.#store.revision(namespace, { signal });
    const kept = this.#cache?.get(namespace);
    if (kept?.logId === state.logId && kept.namespaceRevision === state.namespaceRevision) {
      return { body: kept.body, revision: Math.max(state.revision, kept.revision), logId: state.logId };
    }
    const begun = this.#flights.get(namespace);
    if (begun !== undefined) {
      const built = await untilAborted(begun, signal).catch(() => undefined);
      if (built !== undefined && shows(built, state)) return built;
    }
    // One that is under way by now began after `state`, so it is new enough.
    return untilAborted(this.#flights.get(namespace) ?? this.#build(namespace), signal);
  }

  #build(namespace: string): Promise<Built> {
    const flight = this.#read(namespace).finally(() => {
      if (this.#flights.get(namespace) === flight) this.#flights.delete(namespace);
    });
    this.#flights.set(namespace, flight);
    return flight;
  }

  async #read(namespace: string): Promise<Built> {
    const { entries, revision, logId } = await this.#store.snapshot(namespace, { maxEntries: this.#maxEntries });
    const body = new SnapshotBody(this.#encoder, entries, logId);
    const after = await this.#store.revision(namespace);
    // The namespace's last change up to now is in the snapshot, so it is the snapshot's last change too.
    const current = after.logId === logId && after.namespaceRevision <= revision;
    const built = { body, revision, logId, namespaceRevision: current ? after.namespaceRevision : undefined };
    if (current) this.#cache?.set(namespace, built);
    return built;
  }
}

/** Whether the snapshot has every write that was in the log at `state`. */
function shows(built: Built, state: RevisionState): boolean {
  return built.logId === state.logId && built.revision >= state.namespaceRevision;
}
