import { ClientError, Status } from 'nice-grpc-common';
import type { Endpoint, Exchange } from '../exchange.js';
import { lastEventIdOf, parseEventId } from './event-id.js';
import { EventStream } from './event-stream.js';
import { readFilters } from './filters.js';
import { errorFrame } from './frame.js';
import { OwnWatch } from './own-watch.js';
import { SharedChanges, type Subscription } from './shared-changes.js';
import { SharedWatch } from './shared-watch.js';
import type { WatchContext } from './watch-context.js';
import { streamErrorMessage } from './watch-errors.js';
import { WatchPermit } from './watch-permit.js';

/** Where changes are streamed. */
export const watchPath = '/v1/watch';

/** `GET /v1/watch`: changes as server-sent events. */
export class WatchRoute {
  readonly #context: WatchContext;
  readonly #shared: SharedChanges | undefined;
  readonly #counter = { last: 0 };

  constructor(context: WatchContext) {
    this.#context = context;
    const { eventBufferSize } = context.options;
    if (eventBufferSize > 0) this.#shared = new SharedChanges(context.subscribe, eventBufferSize);
  }

  readonly endpoint: Endpoint = async (exchange) => {
    const filters = readFilters(exchange.query());
    const lastEventId = lastEventIdOf(exchange.request.headers, exchange.query());
    exchange.goOn();
    const { options } = this.#context;
    const stream = new EventStream(exchange.response, options, exchange.reply.ownHeaders(), exchange.unsent);
    stream.onLag = () => {
      options.logger.warn({ requestId: exchange.requestId }, 'a client of a watch is too slow');
      exchange.cancel();
    };
    try {
      await this.#context.features.learn(exchange.callOptions());
      exchange.signal.throwIfAborted();
      if (this.#shared === undefined || this.#context.features.has('revisions')) {
        await new OwnWatch(this.#context, exchange, stream, filters, this.#counter).run(lastEventId);
      } else {
        await this.#share(this.#shared, exchange, stream, filters, lastEventId);
      }
      stream.end();
    } catch (error) {
      if (!stream.begun) throw error;
      if (!exchange.cancelled) options.logger.warn({ err: error, requestId: exchange.requestId }, 'watch ended');
      stream.end(exchange.cancelled ? '' : errorFrame(streamErrorMessage(error)));
    } finally {
      exchange.cancel();
    }
  };

  /** Ends the subscription of the gateway itself. */
  close(): void {
    this.#shared?.close();
  }

  /** Each client is one watch of the service, with its own credential; only a store without revisions is watched once. */
  async #share(
    shared: SharedChanges,
    exchange: Exchange,
    stream: EventStream,
    filters: ReturnType<typeof readFilters>,
    lastEventId: string | undefined,
  ): Promise<void> {
    const permit = new WatchPermit(this.#context, exchange, filters);
    await permit.check();
    // It may have been that first call which told that there are revisions.
    const subscription = this.#context.features.has('revisions') ? undefined : await this.#subscription(shared);
    if (subscription === undefined) {
      return new OwnWatch(this.#context, exchange, stream, filters, this.#counter).run(lastEventId);
    }
    stream.begin();
    if (exchange.request.method === 'HEAD') return;
    const watch = new SharedWatch(subscription, stream, filters);
    watch.showsAliases = permit.showsAliases;
    const renewing = permit.keep(
      this.#context.options.reauthorizeEveryMs,
      () => {
        watch.showsAliases = permit.showsAliases;
      },
      (error) => watch.fail(error),
    );
    try {
      await watch.run(
        lastEventId === undefined ? undefined : (parseEventId(lastEventId) ?? 'unknown'),
        exchange.signal,
      );
    } finally {
      clearInterval(renewing);
    }
  }

  /** `undefined` where the server refuses the gateway itself: then each client watches for itself. */
  async #subscription(shared: SharedChanges): Promise<Subscription | undefined> {
    try {
      return await shared.current();
    } catch (error) {
      const refused = [Status.UNAUTHENTICATED, Status.PERMISSION_DENIED];
      if (!(error instanceof ClientError) || !refused.includes(error.code)) throw error;
      this.#context.options.logger.warn(
        { err: error },
        'the server has no revisions and does not let the gateway watch it: clients that come back get a reset',
      );
      return undefined;
    }
  }
}
