import type { ForwardedAnswer, ForwardedCaller, ForwardedGet, GetsRequest, GetsResponse } from '@cfg/proto';
import type { Clock } from '../clock.js';

/** Of one message: more wait for the next. The node at the other end takes no more gets, and 4 MiB. */
export const mostGets = 1_000;
const mostWeight = 2 ** 20;

/** Opens the stream to the other node. */
export type OpenGets = (requests: AsyncIterable<GetsRequest>, signal: AbortSignal) => AsyncIterable<GetsResponse>;

/** How often it is looked which callers have gone, in milliseconds: a listener on each read's signal costs more than the read. */
const lookMs = 20;

/** One read that waits for its answer. */
export interface PendingGet {
  readonly namespace: string;
  readonly key: string;
  readonly caller: ForwardedCaller;
  readonly signal: AbortSignal | undefined;
  answered(answer: ForwardedAnswer): void;
  /** No answer came, and none will. */
  failed(error: unknown): void;
}

interface Waiting {
  readonly get: PendingGet;
  readonly since: number;
}

/** An open stream of reads: those of one turn of the event loop go out together, and so do their answers. */
export class GetsStream {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #late: () => unknown;
  readonly #ended: (error: unknown) => void;
  readonly #abort = new AbortController();
  /** In the order of their numbers. */
  readonly #waiting = new Map<number, Waiting>();
  #unsent: number[] = [];
  #cancelled: number[] = [];
  #last = 0;
  #isGathering = false;
  #isOver = false;
  #isWatched = false;
  #wake = (): void => {};

  /** `late` makes the error of a read without an answer after `timeoutMs`; `ended` is called once, when the stream ends. */
  constructor(
    open: OpenGets,
    clock: Clock,
    timeoutMs: number,
    { late, ended }: { readonly late: () => unknown; readonly ended: (error: unknown) => void },
  ) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#late = late;
    this.#ended = ended;
    void this.#read(open(this.#requests(), this.#abort.signal));
  }

  send(get: PendingGet): void {
    this.#last = (this.#last + 1) >>> 0;
    const id = this.#last;
    this.#waiting.set(id, { get, since: this.#clock.now() });
    this.#unsent.push(id);
    this.#gather();
    this.#watch();
  }

  /** Ends it; what waits fails with the error. */
  end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#abort.abort();
    this.#wake();
    this.#ended(error);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { get } of waiting) get.failed(error);
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      this.#wake();
    });
  }

  async *#requests(): AsyncGenerator<GetsRequest, void, undefined> {
    while (!this.#isOver) {
      if (this.#isGathering || (this.#unsent.length === 0 && this.#cancelled.length === 0)) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else yield this.#message();
    }
  }

  #message(): GetsRequest {
    const callers = new Callers();
    const gets: ForwardedGet[] = [];
    let weight = 0;
    let at = 0;
    for (; at < this.#unsent.length && gets.length < mostGets && weight + callers.weight < mostWeight; at += 1) {
      const id = this.#unsent[at] as number;
      const get = this.#waiting.get(id)?.get;
      if (get === undefined) continue; // called off before it was sent
      const { namespace, key, caller } = get;
      weight += 3 * (namespace.length + key.length);
      gets.push({ id, caller: callers.indexOf(caller), request: { namespace, key, atRevision: 0 } });
    }
    this.#unsent = this.#unsent.slice(at);
    const cancelled = this.#cancelled;
    this.#cancelled = [];
    return { callers: callers.all, gets, cancelled };
  }

  async #read(responses: AsyncIterable<GetsResponse>): Promise<void> {
    try {
      for await (const { answers } of responses) {
        for (const answer of answers) {
          const waiting = this.#waiting.get(answer.id);
          if (waiting === undefined) continue;
          this.#waiting.delete(answer.id);
          waiting.get.answered(answer);
        }
      }
      this.end(new Error('the other node ended the stream'));
    } catch (error) {
      this.end(error);
    }
  }

  /** Looks from time to time which reads nobody waits for any more, and which have waited for too long. */
  #watch(): void {
    if (this.#isWatched || this.#isOver || this.#waiting.size === 0) return;
    this.#isWatched = true;
    this.#clock.after(lookMs, () => {
      this.#isWatched = false;
      const before = this.#clock.now() - this.#timeoutMs;
      for (const [id, { get, since }] of this.#waiting) {
        if (since <= before) this.#callOff(id, get, this.#late());
        else if (get.signal?.aborted) this.#callOff(id, get, get.signal.reason);
      }
      this.#watch();
    });
  }

  #callOff(id: number, get: PendingGet, why: unknown): void {
    this.#waiting.delete(id);
    this.#cancelled.push(id);
    this.#gather();
    get.failed(why);
  }
}

/** The callers of one message, each once. */
class Callers {
  readonly all: ForwardedCaller[] = [];
  /** In bytes, at most. */
  weight = 0;
  readonly #indexes = new Map<string, number>();
  #last = -1;

  indexOf(caller: ForwardedCaller): number {
    const last = this.all[this.#last];
    if (last !== undefined && isSame(last, caller)) return this.#last;
    const { authorization, secrets, onBehalfOf } = caller;
    const name = `${authorization}\n${secrets}\n${onBehalfOf}`;
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = this.all.push(caller) - 1;
      this.#indexes.set(name, index);
      this.weight += 3 * name.length;
    }
    this.#last = index;
    return index;
  }
}

const isSame = (one: ForwardedCaller, other: ForwardedCaller): boolean =>
  one.authorization === other.authorization && one.secrets === other.secrets && one.onBehalfOf === other.onBehalfOf;
