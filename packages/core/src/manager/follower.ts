import type { Change } from '../contract/change.js';
import { isConfigError, isTransient } from '../contract/errors.js';
import type { ChangeStream, Store } from '../contract/store.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import type { Logger } from '../util/logger.js';
import type { Position } from '../watching/position.js';
import { begun, resumed } from '../watching/resume.js';

export interface FollowerOptions {
  readonly store: Store;
  readonly namespace: string;
  readonly backoff: BackoffOptions;
  readonly logger: Logger;
  /** A watch has begun that is not the continuation of the one before. */
  onRenewed(): void;
  /** The changes of one write. */
  onWrite(changes: readonly Change[]): void;
  /** Everything up to the revision has been told. */
  onProgress(revision: number, logId: string): void;
  /** Called with each change of {@link Follower.state}. */
  onState(state: FollowerState): void;
}

/**
 * ```
 * idle ── start() ──▶ behind ── all is told ──▶ live
 *                       ▲                        │
 *                       └───────── lost ─────────┘
 * behind, live ── the store cannot be watched; close() ──▶ ended
 * ```
 */
export type FollowerState =
  | { readonly is: 'idle' }
  /** No watch is open, or it still catches up. `error`: why the last one was lost. */
  | { readonly is: 'behind'; readonly error?: unknown }
  | { readonly is: 'live' }
  | { readonly is: 'ended'; readonly error: unknown };

/**
 * Keeps a watch of a namespace open: reopened with backoff when it breaks, from the last revision seen where the store
 * has revisions and still keeps it; otherwise it begins anew.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #controller = new AbortController();
  readonly #backoff: Backoff;
  readonly #waiting = new Set<() => void>();
  #state: FollowerState = { is: 'idle' };
  #stream: ChangeStream | undefined;
  #running: Promise<void> | undefined;
  /** The changes so far of a write whose end has not been told. */
  #write: Change[] = [];
  #seen = 0;
  #renewals = 0;
  #losses = 0;
  /** Until when it was live. */
  #liveUntilMs: number | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff);
  }

  get state(): FollowerState {
    return this.#state;
  }

  /** Whether every change up to now has been told or is on its way. */
  get live(): boolean {
    return this.#state.is === 'live' && this.#stream?.live !== false;
  }

  /** Whether it was lost, and so the store may be out of reach. */
  get isLost(): boolean {
    const state = this.#state;
    return (state.is === 'behind' && state.error !== undefined) || (state.is === 'live' && !this.live);
  }

  /** How often it was lost, or could not be opened. */
  get losses(): number {
    return this.#losses;
  }

  /** The revision up to which everything was told; 0 where that is not known. */
  get seen(): number {
    return this.#seen;
  }

  /** How long ago it was live, in milliseconds: 0 while it is; `undefined` where it never was. */
  get ageMs(): number | undefined {
    if (this.live) return 0;
    return this.#liveUntilMs === undefined ? undefined : Date.now() - this.#liveUntilMs;
  }

  /** Whether the store has ever been followed. */
  get wasLive(): boolean {
    return this.#renewals > 0;
  }

  /** Failures since the watch was last live. */
  get failures(): number {
    return this.#backoff.failures;
  }

  /** Does nothing the second time. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Settles when it is live; fails if the store refuses the watch, or with the signal's reason. */
  async whenLive(signal: AbortSignal): Promise<void> {
    for (;;) {
      const state = this.#state;
      if (state.is === 'live') return;
      if (state.is === 'ended' || (state.is === 'behind' && state.error !== undefined && !isTransient(state.error))) {
        throw state.error;
      }
      await this.#news(signal);
    }
  }

  /** Settles when the watch has told everything up to `revision`, or begins anew; fails with the signal's reason. */
  async whenSeen(revision: number, signal: AbortSignal): Promise<void> {
    const renewals = this.#renewals;
    while (this.#seen < revision && this.#renewals === renewals && this.#state.is !== 'ended') await this.#news(signal);
  }

  async close(): Promise<void> {
    this.#controller.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#controller;
    this.#become({ is: 'behind' });
    try {
      await this.#follow(signal);
      this.#become({ is: 'ended', error: signal.reason });
    } catch (error) {
      const { logger, namespace } = this.#options;
      logger.info({ err: error, namespace }, 'the store cannot be watched; reads go to the store');
      this.#become({ is: 'ended', error });
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { onRenewed, onProgress } = this.#options;
    const open = (from: Position | undefined) => begun(this.#open(from, signal), signal);
    const onLost = (error: unknown, position: Position | undefined): Position | undefined =>
      this.#lost(error, position);
    for await (const event of resumed({ open, onLost, backoff: this.#backoff, signal })) {
      switch (event.type) {
        case 'begun':
          if (event.resumed) break;
          this.#write = [];
          this.#seen = 0;
          this.#renewals += 1;
          onRenewed();
          this.#become({ is: 'live' });
          break;
        case 'progress':
          onProgress(event.revision, event.logId);
          this.#see(event.revision);
          // The first one ends the replay.
          if (this.#state.is !== 'live') this.#become({ is: 'live' });
          break;
        default:
          this.#take(event);
      }
    }
  }

  #open(from: Position | undefined, signal: AbortSignal): ChangeStream {
    const { store, namespace } = this.#options;
    const progress = store.features.has('revisions');
    const start = from && { startRevision: from.revision, logId: from.logId };
    this.#stream = store.watch({ namespaces: [namespace] }, { signal, progress, resume: false, ...start });
    return this.#stream;
  }

  #take(change: Change): void {
    this.#write.push(change);
    if (change.more) return;
    const write = this.#write;
    this.#write = [];
    this.#options.onWrite(write);
    this.#see(change.revision);
  }

  /** Rights may be given back; whatever else is final ends it. */
  #lost(error: unknown, position: Position | undefined): Position | undefined {
    this.#losses += 1;
    const { logger, namespace } = this.#options;
    // `unsupported`: the server after a restart is an older one, which cannot resume.
    const cannotResume = isConfigError(error, 'unsupported') && position !== undefined;
    const anew = cannotResume || isConfigError(error, 'revision_compacted');
    if (!anew && !isTransient(error) && !isConfigError(error, 'permission_denied', 'unauthenticated')) throw error;
    logger.warn({ err: error, namespace, failures: this.failures }, 'watch lost; opening it again');
    this.#become({ is: 'behind', error });
    return anew ? undefined : position;
  }

  #see(revision: number): void {
    this.#seen = Math.max(this.#seen, revision);
    this.#wake();
  }

  #become(state: FollowerState): void {
    if (this.#state.is === 'live' && state.is !== 'live') this.#liveUntilMs = Date.now();
    this.#state = state;
    this.#options.onState(state);
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => (): void => {
        signal.removeEventListener('abort', stop);
        this.#waiting.delete(wake);
        act();
      };
      const wake = settle(resolve);
      const stop = settle(() => reject(signal.reason));
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.add(wake);
    });
  }
}
