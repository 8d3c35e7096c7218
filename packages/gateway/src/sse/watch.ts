import { ChangeType, type ConfigServiceDefinition, type WatchResponse } from '@cfg/proto';
import type { Client } from 'nice-grpc';
import type { Endpoint, Exchange, ServiceCallOptions } from '../exchange.js';
import { announces, type ServerFeatures } from '../features.js';
import type { GatewaySettings } from '../options.js';
import { formatEventId, isLogId, type LogPosition, parseEventId } from './event-id.js';
import { EventStream } from './event-stream.js';
import { readFilters, type WatchFilters } from './filters.js';
import { changeFrame, errorFrame, resetFrame } from './frame.js';
import { openWatch, type Upstream } from './upstream.js';
import { compactionOf, streamErrorMessage } from './watch-errors.js';

/** Why a client must read anew what it holds. */
interface Reset {
  readonly reason: 'NO_REVISIONS' | 'UNKNOWN_EVENT_ID' | 'REVISION_COMPACTED';
  /** More about it, from the service. */
  readonly more?: Readonly<Record<string, string>>;
}

export interface WatchEndpoint {
  readonly client: Client<ConfigServiceDefinition>;
  readonly features: ServerFeatures;
  readonly options: GatewaySettings;
}

/** `GET /v1/watch`: changes as server-sent events. Each client is one watch of the service, with its own credential. */
export function watchEndpoint(context: WatchEndpoint): Endpoint {
  const counter = { last: 0 };
  return async (exchange) => {
    const filters = readFilters(exchange.query());
    exchange.endless = true;
    await new Watcher(context, exchange, filters, counter).run();
  };
}

class Watcher {
  readonly #context: WatchEndpoint;
  readonly #exchange: Exchange;
  readonly #filters: WatchFilters;
  readonly #call: ServiceCallOptions;
  readonly #stream: EventStream;
  /** Ids for changes of a store without revisions: they tell events apart, and resume nothing. */
  readonly #counter: { last: number };
  /** Where to go on from; absent: from now on. */
  #position: LogPosition | undefined;
  #logId = '';
  /** Set while the client has yet to be told that it may have missed something. */
  #reset: Reset | undefined;

  constructor(context: WatchEndpoint, exchange: Exchange, filters: WatchFilters, counter: { last: number }) {
    this.#context = context;
    this.#exchange = exchange;
    this.#filters = filters;
    this.#counter = counter;
    this.#call = exchange.callOptions();
    this.#stream = new EventStream(exchange.response, context.options);
  }

  async run(): Promise<void> {
    try {
      await this.#context.features.learn(this.#call);
      this.#resumeFrom(this.#exchange.request.headers['last-event-id']);
      for (let next = await this.#follow(); next === 'again'; ) next = await this.#follow();
      this.#stream.end();
    } catch (error) {
      if (!this.#stream.begun) throw error;
      this.#fail(error);
    } finally {
      this.#exchange.cancel();
    }
  }

  #resumeFrom(lastEventId: string | string[] | undefined): void {
    if (lastEventId === undefined || lastEventId === '') return;
    this.#position = parseEventId(String(lastEventId));
    if (!this.#context.features.has('revisions')) this.#reset = { reason: 'NO_REVISIONS' };
    else if (!this.#position) this.#reset = { reason: 'UNKNOWN_EVENT_ID' };
  }

  /** Follows one watch to its end. Returns `again` if its place in the log is lost, and the stream goes on with another. */
  async #follow(): Promise<'again' | 'ended'> {
    try {
      const upstream = await this.#open();
      this.#stream.begin();
      if (this.#exchange.request.method === 'HEAD') return 'ended';
      await this.#tellReset();
      for await (const message of upstream.messages) await this.#relay(message);
      return 'ended';
    } catch (error) {
      // Retrying makes sense only once: a watch from now on that fails with `compacted` would fail again.
      const more = compactionOf(error);
      if (more === undefined || this.#reset !== undefined) throw error;
      this.#position = undefined;
      this.#reset = { reason: 'REVISION_COMPACTED', more };
      return 'again';
    }
  }

  async #open(): Promise<Upstream> {
    const { client, features } = this.#context;
    const position = this.#reset === undefined ? this.#position : undefined;
    const ours = features.has('revisions')
      ? { progress: true, ...(position && { startRevision: position.revision, logId: position.logId }) }
      : {};
    this.#logId = position?.logId ?? '';
    const upstream = await openWatch(client, { ...this.#filters, ...ours }, this.#call, features);
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
      return this.#stream.advance(formatEventId(message.revision, this.#logId));
    }
    const id = this.#idOf(message);
    const frame = changeFrame(message, id);
    return frame && this.#stream.write(frame, id);
  }

  #idOf({ revision }: WatchResponse): string {
    if (revision > 0 && this.#logId !== '') return formatEventId(revision, this.#logId);
    this.#counter.last += 1;
    return String(this.#counter.last);
  }

  #fail(error: unknown): void {
    if (this.#exchange.cancelled) {
      this.#stream.end();
    } else {
      this.#context.options.logger.warn({ err: error }, 'watch ended');
      this.#stream.end(errorFrame(streamErrorMessage(error)));
    }
  }
}
