import type { HttpHandler } from '@cfg/service';
import { ClientError, Status } from 'nice-grpc-common';
import { BodyBudget } from './body-budget.js';
import { errorReply } from './error-reply.js';
import { type ClientTraits, Exchange, type ExchangeContext } from './exchange.js';
import type { ServerFeatures } from './features.js';
import { HttpError, methodNotAllowed, notFound } from './http-error.js';
import { MetadataReader } from './metadata.js';
import type { GatewaySettings } from './options.js';
import type { PathTable } from './path-table.js';
import type { Route } from './router.js';
import { comeBack } from './sse/come-back.js';
import { watchPath } from './sse/watch.js';
import { UnderWay } from './under-way.js';
import { Unsent } from './unsent.js';

/** How often limits were reached that all requests of a gateway share. */
export interface GatewayLimits {
  /** `maxBufferedBytes`. */
  readonly requestBytes: number;
  /** `maxUnsentBytes`. */
  readonly unsentBytes: number;
}

/** Handles requests by the routes, and knows which are under way. */
export class RequestHandler {
  readonly #routes: PathTable<Route>;
  readonly #options: GatewaySettings;
  readonly #context: ExchangeContext;
  readonly #underWay: UnderWay;
  readonly #bodies: BodyBudget;
  readonly #unsent: Unsent;
  #closed = false;

  constructor(routes: PathTable<Route>, features: ServerFeatures, options: GatewaySettings, clients: ClientTraits) {
    this.#routes = routes;
    this.#options = options;
    this.#underWay = new UnderWay(options.callTimeoutMs);
    this.#bodies = new BodyBudget(options.maxBufferedBytes);
    this.#unsent = new Unsent(options.maxUnsentBytes);
    this.#context = {
      underWay: this.#underWay,
      features,
      metadataReader: new MetadataReader(),
      bodyBudget: this.#bodies,
      unsent: this.#unsent,
      ...clients,
      callTimeoutMs: options.callTimeoutMs,
      compressFromBytes: options.compressFromBytes,
    };
  }

  readonly handle: HttpHandler = (request, response, next) => {
    const { cors } = this.#options;
    if (cors === undefined) this.#handle(request, response, next);
    else cors(request, response, () => this.#handle(request, response, next));
  };

  readonly #handle: HttpHandler = (request, response, next) => {
    const [path, query] = splitUrl(request.url ?? '/');
    const match = this.#routes.find(path);
    if (!match && next && this.#options.fallthrough) return next();
    const exchange = new Exchange(this.#context, request, response, query, match?.variables ?? []);
    this.#underWay.add(exchange);
    const { tracing } = this.#options;
    if (tracing !== undefined) exchange.traceAs(tracing.begin(request, match?.value.path));
    void this.#answer(exchange, match?.value);
  };

  /** How often each limit was reached. */
  get limits(): GatewayLimits {
    return { requestBytes: this.#bodies.refused, unsentBytes: this.#unsent.refused };
  }

  /** Takes no more requests, ends the streams of events, and waits for the other requests that are under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#underWay.endStreams();
    await this.#underWay.idle();
  }

  async #answer(exchange: Exchange, route: Route | undefined): Promise<void> {
    try {
      this.#options.checkOrigin(exchange.request);
      if (!route) throw notFound();
      if (this.#closed && !route.always) throw gatewayClosed();
      const endpoint = route.endpoint(exchange.request.method ?? '');
      if (!endpoint) throw methodNotAllowed(route.allow);
      await endpoint(exchange);
    } catch (error) {
      if (!exchange.gone) this.#refuse(exchange, error, route?.path === watchPath);
    } finally {
      this.#underWay.delete(exchange);
    }
  }

  #refuse(exchange: Exchange, error: unknown, isWatch: boolean): void {
    const { logger } = this.#options;
    const { method, url } = exchange.request;
    const reply = errorReply(explained(error, exchange));
    if (reply.internal) logger.error({ err: error, method, url, requestId: exchange.requestId }, 'request failed');
    if (exchange.response.headersSent) {
      // An answer that breaks off is better than one that looks whole.
      exchange.response.destroy();
    } else if (!(isWatch && comeBack(exchange, reply, this.#options))) {
      void exchange.reply.send(reply.status, JSON.stringify(reply.body), reply.headers);
    }
  }
}

/** Why a call was ended on purpose, in place of the error that its client made of that. */
function explained(error: unknown, exchange: Exchange): unknown {
  const cancelled = error instanceof ClientError && error.code === Status.CANCELLED;
  if ((error instanceof ClientError && !cancelled) || error instanceof HttpError) return error;
  if (exchange.late) return new HttpError(Status.DEADLINE_EXCEEDED, 'the time for the call is over');
  return exchange.endless && exchange.cancelled ? gatewayClosed() : error;
}

const gatewayClosed = (): HttpError => new HttpError(Status.UNAVAILABLE, 'the gateway is closed');

/** Path and query of a request target, which may also be an absolute URL. */
function splitUrl(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  const target = at < 0 ? url : url.slice(0, at);
  const from = target.startsWith('/') ? 0 : Math.max(0, target.indexOf('/', target.indexOf('://') + 3));
  return [target.slice(from), at < 0 ? '' : url.slice(at + 1)];
}
