import type { ChannelOptions } from '@grpc/grpc-js';
import type { CompatServiceDefinition, Server as NiceServer, ServerAddBuilder, ServiceImplementation } from 'nice-grpc';
import { composeServerMiddleware, type ServerMiddleware } from 'nice-grpc-common';
import type { Admit } from './grpc/admission.js';
import { AnswerFields } from './grpc/answer-fields.js';
import { Budget } from './grpc/budget.js';
import { LateRequests } from './grpc/late-requests.js';
import { type AnyImplementation, type Method, makeMethod } from './grpc/method.js';
import { GrpcRequestHandler } from './grpc/request-handler.js';
import { methodsOf } from './grpc/service-definition.js';
import type { LimitName } from './http2/limits.js';
import { SlabPool } from './http2/slab-pool.js';
import { Unsent } from './http2/unsent.js';
import { type DoorMetrics, Metrics } from './metrics.js';
import { type DoorCredentials, tlsSetupOf } from './net/credentials.js';
import { DeadlineTimer } from './net/deadline-timer.js';
import { parseListenAddress } from './net/listen-address.js';
import { Listener, type PartsFor } from './net/listener.js';
import { completeOptions, type DoorOptions, type DoorSettings, fromChannelOptions } from './options.js';

/** How a service is added. */
export interface AddOptions {
  /**
   * The parts of a call's context (metadata, header, trailer, signal) are made when they are first asked for, which
   * saves most of what a call costs beside its handler. Such a context must not be spread into another
   * (`{ ...context, user }`): that would be empty. Default false.
   */
  readonly lazyContext?: boolean | undefined;
  /**
   * Lets in calls of one message whose request does not come whole at once, or comes compressed, before the rest of it
   * is read or decompressed. Default: the method is called when the request has come.
   */
  readonly admit?: Admit | undefined;
}

/** nice-grpc's `Server`, and what this one adds. */
export interface Server<CallContextExt = object> extends Omit<NiceServer<CallContextExt>, 'use' | 'add' | 'listen'> {
  /** As in nice-grpc: returns a server with the middleware attached. Before `add` and `listen`. */
  use<Ext>(middleware: ServerMiddleware<Ext, CallContextExt>): Server<CallContextExt & Ext>;
  /** As in nice-grpc. Before `listen`. */
  add<Service extends CompatServiceDefinition>(
    definition: Service,
    implementation: ServiceImplementation<Service, CallContextExt>,
    options?: AddOptions,
  ): void;
  /**
   * Listens on `host:port`, `[host]:port` or `unix:path`; port 0 takes a free one. Speaks TLS (ALPN `h2`) with
   * credentials, else HTTP/2 in clear text by prior knowledge.
   *
   * @returns the port; 0 for a path
   * @throws Error of `node:net` if the address cannot be had
   */
  listen(address: string, credentials?: DoorCredentials): Promise<number>;
  /** The server's counts so far, and the limits that were reached. Zeros before `listen`. */
  metrics(): DoorMetrics;
}

type Middleware = ServerMiddleware<object, object>;

/**
 * Creates a gRPC server for nice-grpc's service definitions and implementations: one import in place of another.
 *
 * @param options the server's own, or those of grpc-js that nice-grpc takes (`grpc.max_receive_message_length`, …), of
 *   which those without a counterpart are ignored
 * @throws RangeError naming an option that is out of its range
 * @example
 * ```ts
 * const server = createServer().use(middleware);
 * server.add(GreeterDefinition, greeter);
 * const port = await server.listen('127.0.0.1:0');
 * await server.shutdown();
 * ```
 */
export function createServer(options: DoorOptions | ChannelOptions = {}): Server {
  const settings = completeOptions({ ...fromChannelOptions(options as ChannelOptions), ...(options as DoorOptions) });
  return new DoorServer(settings, undefined);
}

class DoorServer implements Server {
  #settings: DoorSettings;
  #middleware: Middleware | undefined;
  #methods = new Map<string, Method>();
  #metrics = new Metrics();
  #listener: Listener | undefined;

  constructor(settings: DoorSettings, middleware: Middleware | undefined) {
    this.#settings = settings;
    this.#middleware = middleware;
  }

  use<Ext>(middleware: ServerMiddleware<Ext>): Server<object & Ext> {
    if (this.#listener !== undefined) throw new Error('server.use() must be used before listen()');
    if (this.#methods.size > 0) throw new Error('server.use() must be used before adding any services');
    return new DoorServer(this.#settings, compose(this.#middleware, middleware)) as unknown as Server<object & Ext>;
  }

  with<Ext>(middleware: ServerMiddleware<Ext>): ServerAddBuilder<object & Ext> {
    return this.#builder(compose(this.#middleware, middleware)) as ServerAddBuilder<object & Ext>;
  }

  add(definition: CompatServiceDefinition, implementation: object, options?: AddOptions): void {
    this.#add(definition, implementation, this.#middleware, options);
  }

  async listen(address: string, credentials?: DoorCredentials): Promise<number> {
    if (this.#listener !== undefined) throw new Error('server.listen() has already been called');
    const partsFor = this.#makeParts();
    const listener = new Listener(this.#settings, this.#metrics, tlsSetupOf(credentials), partsFor);
    this.#listener = listener;
    try {
      return await listener.listen(parseListenAddress(address));
    } catch (error) {
      this.#listener = undefined;
      throw error;
    }
  }

  async shutdown(): Promise<void> {
    await this.#listener?.drain();
  }

  forceShutdown(): void {
    this.#listener?.cut();
  }

  metrics(): DoorMetrics {
    return this.#metrics.snapshot();
  }

  #builder(middleware: Middleware): ServerAddBuilder<object> {
    return {
      with: <Ext>(next: ServerMiddleware<Ext>) =>
        this.#builder(compose(middleware, next)) as ServerAddBuilder<object & Ext>,
      add: (definition, implementation) => this.#add(definition, implementation, middleware),
    };
  }

  #add(
    definition: CompatServiceDefinition,
    implementation: object,
    middleware: Middleware | undefined,
    { lazyContext = false, admit }: AddOptions = {},
  ): void {
    if (this.#listener !== undefined) throw new Error('server.add() must be used before listen()');
    for (const [name, method] of methodsOf(definition)) {
      const run: unknown = Reflect.get(implementation, name);
      if (typeof run !== 'function') throw new TypeError(`the implementation has no method ${name}`);
      const bound = run.bind(implementation) as AnyImplementation;
      this.#methods.set(method.path, makeMethod(method, bound, middleware, { lazyContext, admit }));
    }
  }

  /** Makes what all connections share; returns what makes the rest. */
  #makeParts(): PartsFor {
    const settings = this.#settings;
    const { maxReceiveMessageBytes, maxSendMessageBytes, compression, compressAboveBytes } = settings;
    const metrics = this.#metrics;
    const slabs = new SlabPool();
    const deadlines = new DeadlineTimer();
    const unsent = new Unsent(settings.maxQueuedResponseBytesInAll);
    const requests = new Budget(settings.maxBufferedRequestBytes);
    const shared = {
      maxReceiveMessageBytes,
      maxSendMessageBytes,
      compression,
      compressAboveBytes,
      answers: new AnswerFields(),
      lateRequests: new LateRequests(),
      expireIn: deadlines.expireIn.bind(deadlines),
      forget: deadlines.forget.bind(deadlines),
    };
    return (peer, certificate) => {
      const limited = (limit: LimitName): void => {
        metrics.limited(limit);
        settings.onLimit?.({ limit, peer });
      };
      const meter = {
        limited,
        streamOpened: () => metrics.streamOpened(),
        streamClosed: () => metrics.streamClosed(),
        connectionFailed: () => metrics.connectionFailed(),
      };
      const budget = new Budget(settings.maxBufferedRequestBytesPerConnection, requests);
      const environment = { ...shared, budget, peer, certificate, limited };
      const handler = new GrpcRequestHandler(this.#methods, environment, settings.maxHeaderListBytes);
      return { handler, limits: settings, meter, slabs, unsent };
    };
  }
}

function compose<Ext>(outer: Middleware | undefined, inner: ServerMiddleware<Ext>): Middleware {
  const erased = inner as Middleware;
  return outer === undefined ? erased : (composeServerMiddleware(outer, erased) as Middleware);
}
