/** How often to test a connection, and how long to wait for an answer, in milliseconds. */
export interface HeartbeatOptions {
  /** Between two tests of a connection on which nothing is heard, while only watches are open. */
  intervalMs(): number;
  readonly timeoutMs: number;
  /** Asks the server something small; settles with the answer, whatever it is, and rejects where none came in time. */
  ping(timeoutMs: number): Promise<void>;
  /** The connection is of no use: it stands, and nobody answers. */
  onDead(why: string): void;
}

/**
 * Notices a connection that stands though nothing comes through any more (a proxy or a firewall that drops everything):
 * asks the server something small, and gives the connection up where no answer comes. It asks soon when a call waits, and
 * seldom when only watches are open. A call rather than an HTTP/2 ping, because servers end connections that ping too
 * often, and because a proxy answers those by itself.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** How many calls wait for an answer, and how many watches for events. */
  #waiting = { unary: 0, stream: 0 };
  #heardMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #pinging = false;
  #closed = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  began(kind: 'unary' | 'stream'): void {
    const isFirst = this.#waiting.unary + this.#waiting.stream === 0;
    this.#waiting[kind] += 1;
    // A silence while nobody asked says nothing about the connection.
    if (isFirst || (kind === 'unary' && this.#waiting.unary === 1)) {
      if (isFirst) this.#heardMs = performance.now();
      this.#arm();
    }
  }

  ended(kind: 'unary' | 'stream'): void {
    this.#waiting[kind] -= 1;
    if (this.#waiting.unary + this.#waiting.stream === 0) this.#disarm();
  }

  heard(): void {
    this.#heardMs = performance.now();
  }

  close(): void {
    this.#closed = true;
    this.#disarm();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A timer that stands is left: when it fires, it looks at how long it was silent. */
  #arm(): void {
    if (this.#closed || this.#pinging) return;
    this.#disarm();
    const silentMs = performance.now() - this.#heardMs;
    this.#timer = setTimeout(() => void this.#look(), Math.max(this.#patienceMs() - silentMs, 1));
    this.#timer.unref();
  }

  #patienceMs(): number {
    const { timeoutMs } = this.#options;
    return this.#waiting.unary > 0 ? Math.min(timeoutMs / 10, this.#options.intervalMs()) : this.#options.intervalMs();
  }

  async #look(): Promise<void> {
    if (performance.now() - this.#heardMs < this.#patienceMs() - 1) {
      this.#arm();
      return;
    }
    const { timeoutMs } = this.#options;
    const limitMs = this.#waiting.unary > 0 ? Math.max(timeoutMs / 2, 1) : timeoutMs;
    const askedMs = performance.now();
    this.#pinging = true;
    try {
      await this.#options.ping(limitMs);
      this.heard();
    } catch {
      // Where the time-out itself came late, this process was busy, and the answer may lie there unread.
      const isBusy = performance.now() - askedMs > limitMs * 1.2;
      const isSilent = this.#heardMs < askedMs && !this.#closed;
      if (isSilent && !isBusy) this.#options.onDead(`the connection is dead: no answer for ${Math.round(limitMs)} ms`);
      this.heard();
    } finally {
      this.#pinging = false;
    }
    if (this.#waiting.unary + this.#waiting.stream > 0) this.#arm();
  }
}
