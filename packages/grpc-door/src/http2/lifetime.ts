import type { ConnectionLimits, LimitName } from './limits.js';

/** The next step of a connection. */
export type Verdict =
  | { readonly do: 'nothing' }
  | { readonly do: 'ping' }
  | { readonly do: 'drain'; readonly limit: LimitName; readonly reason: string }
  | { readonly do: 'close'; readonly limit: LimitName; readonly reason: string };

const nothing: Verdict = { do: 'nothing' };
const ping: Verdict = { do: 'ping' };

/** When a connection has lasted, been silent or been stuck for too long. Pure: it is told the time. */
export class Lifetime {
  #limits: ConnectionLimits;
  #openedAtMs: number;
  #readAtMs: number;
  #idleSinceMs: number;
  #stuckSinceMs: number | undefined;
  #pingedAtMs: number | undefined;

  constructor(limits: ConnectionLimits, nowMs: number) {
    this.#limits = limits;
    this.#openedAtMs = nowMs;
    this.#readAtMs = nowMs;
    this.#idleSinceMs = nowMs;
  }

  /** Something came in. */
  read(nowMs: number): void {
    this.#readAtMs = nowMs;
    this.#pingedAtMs = undefined;
  }

  /** The last call has ended. */
  idle(nowMs: number): void {
    this.#idleSinceMs = nowMs;
  }

  /** The socket takes nothing more, or does again. */
  stuck(since: number | undefined): void {
    this.#stuckSinceMs = since;
  }

  /** @param calls how many are under way */
  check(nowMs: number, settled: boolean, draining: boolean, calls: number): Verdict {
    const limits = this.#limits;
    if (!settled && passed(this.#openedAtMs, limits.handshakeTimeoutMs, nowMs)) {
      return { do: 'close', limit: 'handshakeTimeout', reason: 'no settings in time' };
    }
    if (this.#stuckSinceMs !== undefined && passed(this.#stuckSinceMs, limits.stallTimeoutMs, nowMs)) {
      return { do: 'close', limit: 'stallTimeout', reason: 'nothing was read for too long' };
    }
    if (this.#pingedAtMs !== undefined && passed(this.#pingedAtMs, limits.keepaliveTimeoutMs, nowMs)) {
      return { do: 'close', limit: 'keepaliveTimeout', reason: 'a ping was not answered in time' };
    }
    if (!draining && calls === 0 && passed(this.#idleSinceMs, limits.idleTimeoutMs, nowMs)) {
      return { do: 'drain', limit: 'idleTimeout', reason: 'no call for too long' };
    }
    if (!draining && passed(this.#openedAtMs, limits.maxAgeMs, nowMs)) {
      return { do: 'drain', limit: 'maxAge', reason: 'the connection has become old' };
    }
    if (this.#pingedAtMs === undefined && passed(this.#readAtMs, limits.keepaliveTimeMs, nowMs)) {
      this.#pingedAtMs = nowMs;
      return ping;
    }
    return nothing;
  }
}

/** A limit of 0 is none. */
const passed = (sinceMs: number, limitMs: number, nowMs: number): boolean => limitMs > 0 && nowMs - sinceMs >= limitMs;
