import { ChangeType, type WatchResponse } from '@cfg/proto';
import type { Exchange } from '../exchange.js';
import { announces } from '../features.js';
import { formatEventId, isLogId, type LogPosition, parseEventId } from './event-id.js';
import type { EventStream } from './event-stream.js';
import type { WatchFilters } from './filters.js';
import { type ChangeFrame, changeFrame, resetFrame } from './frame.js';
import { type MessageSink, pushMessages } from './pushed-messages.js';
import { openWatch, type Upstream } from './upstream.js';
import type { WatchContext } from './watch-context.js';
import { compactionOf } from './watch-errors.js';

/** Why a client must read anew what it holds. */
interface Reset {
  readonly reason: 'NO_REVISIONS' | 'UNKNOWN_EVENT_ID' | 'REVISION_COMPACTED';
  /** More about it, from the service. */
  readonly more?: Readonly<Record<string, string>>;
}

/** A client that is a watch of the service, with its own credential. */
export class OwnWatch {
  readonly #context: WatchContext;
  readonly #exchange: Exchange;
  readonly #stream: EventStream;
  readonly #filters: WatchFilters;
  /** Ids for changes of a store without revisions: they tell events apart, and resume nothing. */
  readonly #counter: { last: number };
  /** Where to go on from; absent: from now on. */
  #position: LogPosition | undefined;
  #logId = '';
  /** Set while the client has yet to be told that it may have missed something. */
  #reset: Reset | undefined;

  constructor(
    context: WatchContext,
    exchange: Exchange,
    stream: EventStream,
    filters: WatchFilters,
    counter: { last: number },
  ) {
    this.#context = context;
    this.#exchange = exchange;
    this.#stream = stream;
    this.#filters = filters;
    this.#counter = counter;
  }

  async run(lastEventId: string | undefined): Promise<void> {
    if (lastEventId !== undefined) this.#resumeFrom(lastEventId);
    for (let next = await this.#follow(); next === 'again'; ) next = await this.#follow();
  }

  #resumeFrom(lastEventId: string): void {
    this.#position = parseEventId(lastEventId);
    if (!this.#context.features.has('revisions')) this.#reset = { reason: 'NO_REVISIONS' };
    else if (!this.#position) this.#reset = { reason: 'UNKNOWN_EVENT_ID' };
  }

  /**
   * Follows one watch to its end. Returns `again` if the stream goes on with another: the place in the log is lost, or
   * it is time to have the client authorized again, as a watch from the same place is.
   */
  async #follow(): Promise<'again' | 'ended'> {
    const turn = new Turn(this.#exchange.signal, this.#context.options.reauthorizeEveryMs, () => this.#canResume());
    try {
      const upstream = await this.#open(turn.signal);
      this.#stream.begin();
      if (this.#exchange.request.method === 'HEAD') return 'ended';
      await this.#tellReset();
      const stream = this.#stream;
      const sink: MessageSink = {
        send: (message) => this.#relay(message),
        cork: () => stream.cork(),
        uncork: () => stream.uncork(),
        get isOver() {
          return turn.isOver;
        },
      };
      await pushMessages(upstream.messages, sink, this.#context.turns);
      return turn.isOver ? 'again' : 'ended';
    } catch (error) {
      if (turn.isOver && turn.signal.aborted && !this.#exchange.cancelled) return 'again';
      // Retrying makes sense only once: a watch from now on that fails with `compacted` would fail again.
      const more = compactionOf(error);
      if (more === undefined || this.#reset !== undefined) throw error;
      this.#position = undefined;
      this.#reset = { reason: 'REVISION_COMPACTED', more };
      return 'again';
    } finally {
      turn.end();
    }
  }

  #canResume(): boolean {
    return this.#position !== undefined && this.#reset === undefined;
  }

  async #open(signal: AbortSignal): Promise<Upstream> {
    const { client, features } = this.#context;
    const position = this.#reset === undefined ? this.#position : undefined;
    const ours = features.has('revisions')
      ? { progress: true, ...(position && { startRevision: position.revision, logId: position.logId }) }
      : {};
    this.#logId = position?.logId ?? '';
    const call = { ...this.#exchange.callOptions(), signal };
    const upstream = await openWatch(client, { ...this.#filters, ...ours }, call, features);
    // Behind one address there may be servers of both kinds: this one has not heeded what it was asked.
    if (position && upstream.header && !announces(upstream.header, 'revisions'))
      this.#reset = { reason: 'NO_REVISIONS' };
    return upstream;
  }

  async #tellReset(): Promise<void> {
    if (this.#reset === undefined) return;
    await this.#stream.write(resetFrame(this.#reset.reason, this.#reset.more));
    this.#reset = undefined;
  }

  #relay(message: WatchResponse): Promise<void> | undefined {
    if (message.type === ChangeType.CHANGE_TYPE_PROGRESS) {
      if (isLogId(message.logId)) this.#logId = message.logId;
      return this.#stream.advance(this.#place(message.revision));
    }
    const frame = this.#frameOf(message);
    return frame && this.#stream.write(frame.bytes, frame.id);
  }

  #frameOf(message: WatchResponse): ChangeFrame | undefined {
    const { revision } = message;
    if (revision > 0 && this.#logId !== '') {
      this.#position = { revision, logId: this.#logId };
      return changeFrame(message, revision, this.#logId);
    }
    this.#counter.last += 1;
    return changeFrame(message, this.#counter.last, '');
  }

  #place(revision: number): string {
    if (this.#logId !== '') this.#position = { revision, logId: this.#logId };
    return formatEventId(revision, this.#logId);
  }
}

/** The time that one watch may last before its client is authorized again. */
class Turn {
  /** Fires when the watch is to end: its time is over, or the client has gone. */
  readonly signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #exchange: AbortSignal;
  readonly #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(exchange: AbortSignal, lengthMs: number, mayEnd: () => boolean) {
    this.signal = this.#stop.signal;
    this.#exchange = exchange;
    exchange.addEventListener('abort', this.#abort);
    if (exchange.aborted) this.#abort();
    if (lengthMs === 0) return;
    this.#timer = setInterval(() => {
      if (!mayEnd()) return;
      this.#isOver = true;
      this.#abort();
    }, lengthMs);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Releases what it holds, the watch included. */
  end(): void {
    clearInterval(this.#timer);
    this.#exchange.removeEventListener('abort', this.#abort);
    this.#abort();
  }

  readonly #abort = (): void => this.#stop.abort();
}
