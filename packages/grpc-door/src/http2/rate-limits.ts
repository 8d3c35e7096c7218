import type { ConnectionLimits } from './limits.js';
import { RateLimit } from './rate-limit.js';

export type LimitedFrame = 'resets' | 'pings' | 'settings' | 'emptyFrames' | 'windowUpdates';

/** How often one connection may send what makes work and carries nothing. */
export class RateLimits {
  #limits: Readonly<Record<LimitedFrame, RateLimit>>;

  constructor({ resets, pings, settings, emptyFrames, windowUpdates }: ConnectionLimits, nowMs: number) {
    this.#limits = {
      resets: new RateLimit(resets, nowMs),
      pings: new RateLimit(pings, nowMs),
      settings: new RateLimit(settings, nowMs),
      emptyFrames: new RateLimit(emptyFrames, nowMs),
      windowUpdates: new RateLimit(windowUpdates, nowMs),
    };
  }

  take(frame: LimitedFrame, nowMs: number): boolean {
    return this.#limits[frame].take(nowMs);
  }

  /** A DATA frame was sent: a peer may well measure its line with a ping, and open both windows again. */
  sentData(): void {
    this.#limits.pings.earn(1);
    this.#limits.windowUpdates.earn(2);
  }
}
