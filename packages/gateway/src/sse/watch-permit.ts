import { ClientError, Status } from 'nice-grpc-common';
import type { Exchange } from '../exchange.js';
import type { WatchFilters } from './filters.js';
import { openWatch } from './upstream.js';
import type { WatchContext } from './watch-context.js';

/** Whether a client may see what it watches, as the service says of a watch of its own. */
export class WatchPermit {
  /** Whether the client may see aliases too: as the service has it, who may `list`. */
  showsAliases = false;
  readonly #context: Pick<WatchContext, 'client' | 'features'>;
  readonly #exchange: Exchange;
  readonly #filters: WatchFilters;

  constructor(context: Pick<WatchContext, 'client' | 'features'>, exchange: Exchange, filters: WatchFilters) {
    this.#context = context;
    this.#exchange = exchange;
    this.#filters = filters;
  }

  /** Fails as the watch would. */
  async check(): Promise<void> {
    const { client, features } = this.#context;
    const call = this.#exchange.callOptions();
    const stop = new AbortController();
    const leave = (): void => stop.abort();
    this.#exchange.signal.addEventListener('abort', leave);
    if (this.#exchange.cancelled) leave();
    try {
      await openWatch(client, this.#filters, { ...call, signal: stop.signal }, features);
      this.showsAliases = await client.listCodecs({}, call).then(
        () => true,
        () => false,
      );
    } finally {
      this.#exchange.signal.removeEventListener('abort', leave);
      leave();
    }
  }

  /** Checks again and again. Only a refusal counts: a server that cannot be asked now is asked the next time. */
  keep(everyMs: number, renewed: () => void, refused: (error: unknown) => void): NodeJS.Timeout | undefined {
    if (everyMs === 0) return undefined;
    return setInterval(() => {
      this.check().then(renewed, (error: unknown) => {
        if (isRefusal(error)) refused(error);
      });
    }, everyMs);
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof ClientError && [Status.UNAUTHENTICATED, Status.PERMISSION_DENIED].includes(error.code);
