import type { Change } from '../contract/change.js';
import { isTransient } from '../contract/errors.js';
import type { Logger } from '../util/logger.js';
import type { Seat, Watcher } from './shared-watch.js';
import type { Watches } from './watches.js';

export interface FollowerOptions {
  readonly watches: Watches;
  readonly namespace: string;
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
 * behind, live ── the store cannot be watched; the manager is closed ──▶ ended
 * ```
 */
export type FollowerState =
  | { readonly is: 'idle' }
  /** No watch is open, or it still catches up. `error`: why the last one was lost. */
  | { readonly is: 'behind'; readonly error?: unknown }
  | { readonly is: 'live' }
  | { readonly is: 'ended'; readonly error: unknown };

/** How a namespace is followed: what its share of the manager's watches means for what is remembered of it. */
export class Follower implements Watcher {
  readonly #options: FollowerOptions;
  readonly #waiting = new Set<() => void>();
  #state: FollowerState = { is: 'idle' };
  #isLive = false;
  #seat: Seat | undefined;
  /** The changes so far of a write whose end has not been told. */
  #write: Change[] = [];
  #seen = 0;
  #renewals = 0;
  #losses = 0;
  #failures = 0;
  /** Until when it was live. */
  #liveUntilMs: number | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  get namespace(): string {
    return this.#options.namespace;
  }

  get state(): FollowerState {
    return this.#state;
  }

  /** Whether every change up to now has been told or is on its way. */
  get live(): boolean {
    return this.#isLive && (this.#seat as Seat).watch.live;
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
    return this.#failures;
  }

  /** Does nothing the second time. */
  start(): void {
    if (this.#state.is !== 'idle') return;
    this.#become({ is: 'behind' });
    this.#seat = this.#options.watches.follow(this);
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

  onBegun(isResumed: boolean): void {
    // One that goes on first replays what was missed.
    if (isResumed) return;
    this.#write = [];
    this.#seen = 0;
    this.#renewals += 1;
    this.#options.onRenewed();
    this.#become({ is: 'live' });
  }

  onChange(change: Change): void {
    this.#write.push(change);
    if (change.more) return;
    const write = this.#write;
    this.#write = [];
    this.#options.onWrite(write);
    this.#see(change.revision);
  }

  onProgress(revision: number, logId: string): void {
    this.#options.onProgress(revision, logId);
    this.#see(revision);
    // The first one ends the replay.
    if (this.#state.is === 'behind') this.#become({ is: 'live' });
  }

  onLost(error: unknown, failures: number): void {
    this.#losses += 1;
    this.#failures = failures;
    this.#become({ is: 'behind', error });
  }

  onEnded(error: unknown): void {
    const { logger, namespace } = this.#options;
    logger.info({ err: error, namespace }, 'the namespace is not watched any more; reads go to the store');
    this.#become({ is: 'ended', error });
  }

  #see(revision: number): void {
    this.#seen = Math.max(this.#seen, revision);
    this.#wake();
  }

  #become(state: FollowerState): void {
    if (this.#state.is === 'live' && state.is !== 'live') this.#liveUntilMs = Date.now();
    this.#state = state;
    this.#isLive = state.is === 'live';
    if (this.#isLive) this.#failures = 0;
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
