import { type CallOptions, type Capability, ConfigError, isConfigError } from '@cfg/core';
import { KnownPosition } from '@cfg/core/store';
import { ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import type { CallOptions as GrpcCallOptions } from 'nice-grpc-common';
import type { Clients, ConfigClient, OperationsClient } from './clients.js';
import { ConnectionArrivals } from './connection-arrivals.js';
import type { ConnectionState } from './connection-state.js';
import { Features } from './features.js';
import { Heartbeat } from './heartbeat.js';
import { type Breaker, breaker } from './middleware/breaker.js';
import { withMiddleware } from './middleware/compose.js';
import { retryOptions } from './middleware/retry.js';
import { attempt } from './middleware/safe-callbacks.js';
import { type CallExtras, middlewareStack } from './middleware/stack.js';
import type { Settings } from './options.js';
import { reach } from './reach.js';
import { openScope, type Scope } from './scope.js';
import { toConfigError } from './status.js';
import type { Link, Transport } from './transport/transport.js';

/** Between two tests of an idle connection to a server that announces nothing, and so may be the Go original. */
const strangerMs = 300_000;

/** How long a question after the server's health may take. */
const healthTimeoutMs = 5_000;

/** Of a call that tests the connection. */
const probe: CallExtras = { retry: false, probe: true };

/** The parts of a call beyond its request. */
export interface CallKind extends CallOptions {
  readonly needs?: readonly Capability[];
  /** Whether a repeat does no harm. Default true. */
  readonly repeatable?: boolean;
}

/** The life of a store's connection: its state, the calls that are under way, and their end. */
export class Connection {
  readonly features: Features;
  readonly settings: Settings;
  /** How far the server's log is known to have come. */
  readonly position: KnownPosition = new KnownPosition();
  readonly arrivals: ConnectionArrivals = new ConnectionArrivals();
  readonly #where: string;
  readonly #open: () => Transport;
  readonly #scopes = new Set<Scope>();
  #state: ConnectionState = { status: 'disconnected' };
  #transport: Transport | undefined;
  #clients: Clients | undefined;
  #heartbeat: Heartbeat | undefined;
  #breaker: Breaker | undefined;
  #link: Link = 'down';
  #losses = 0;
  #connecting: Promise<void> | undefined;

  /** `where` names the server in errors; `open` makes the way to it, once for each `connect()` that is needed. */
  constructor(where: string, open: () => Transport, settings: Settings) {
    this.#where = where;
    this.#open = open;
    this.settings = settings;
    this.features = new Features(() => this.#askFeatures());
  }

  get state(): ConnectionState {
    return this.#state;
  }

  async connect(options: CallOptions = {}): Promise<void> {
    if (this.#state.status === 'closed') throw this.#closed();
    if (this.#clients !== undefined) return;
    options.signal?.throwIfAborted();
    this.#connecting ??= this.#connect(options).finally(() => {
      this.#connecting = undefined;
    });
    await this.#connecting;
  }

  close(): void {
    if (this.#state.status === 'closed') return;
    this.#tell({ status: 'closed' });
    for (const scope of [...this.#scopes]) scope.abort(this.#closed());
    this.#drop();
  }

  /** Sends a call. Fails with a ConfigError, or with the reason of the signal that ended it. */
  call<T>(send: (client: ConfigClient, options: GrpcCallOptions) => Promise<T>, kind: CallKind = {}): Promise<T> {
    return this.#call((options) => send(this.client, options), kind);
  }

  /** As {@link call}, for batch, restore and search. */
  operate<T>(
    send: (client: OperationsClient, options: GrpcCallOptions) => Promise<T>,
    kind: CallKind = {},
  ): Promise<T> {
    return this.#call((options) => {
      const { operations } = this.#clients as Clients;
      if (operations === undefined)
        throw new ConfigError('unsupported', 'the client has no batch, no restore and no search');
      return send(operations, options);
    }, kind);
  }

  async #call<T>(
    send: (options: GrpcCallOptions & CallExtras) => Promise<T>,
    { signal, caller, needs = [], repeatable = true }: CallKind,
  ): Promise<T> {
    this.check();
    const scope = this.scope(signal);
    try {
      const extras = { ...retryOptions(this.settings, repeatable), needs, caller };
      return await send({ ...this.#callOptions(scope.signal), ...extras });
    } catch (error) {
      throw scope.signal.aborted ? scope.signal.reason : toConfigError(error);
    } finally {
      scope.release();
    }
  }

  /** Asks the server once, for a short time. Fails as {@link call}. */
  async probe(signal?: AbortSignal): Promise<void> {
    const deadline = Math.min(this.settings.callTimeoutMs, healthTimeoutMs);
    const extras: CallExtras = { ...probe, deadline };
    await this.call((client, options) => client.listCodecs({}, { ...options, ...extras }), { signal });
  }

  /** For calls that stream. Throws as {@link check}. */
  get client(): ConfigClient {
    this.check();
    return (this.#clients as Clients).client;
  }

  /** Whether batch, restore and search can be asked for: a ready-made client may come without them. */
  get hasOperations(): boolean {
    return this.#clients === undefined || this.#clients.operations !== undefined;
  }

  /**
   * Changes whenever the connection is lost; `undefined` while it is. What was asked for in between may have come to the
   * server late.
   */
  get stretch(): number | undefined {
    return this.#state.status === 'connected' || this.#link === 'up' ? this.#losses : undefined;
  }

  /** Throws `not_connected` or `closed` unless calls can be made. */
  check(): void {
    if (this.#state.status === 'closed') throw this.#closed();
    if (this.#clients === undefined) {
      throw new ConfigError('not_connected', `not connected to ${this.#where}: call connect() first`);
    }
  }

  /** The options of a call that streams: it ends with `signal`, and tells the features of whoever answers. */
  streamOptions(signal: AbortSignal, extras: Pick<CallExtras, 'needs' | 'caller'>): GrpcCallOptions & CallExtras {
    return { ...this.#callOptions(signal), ...extras };
  }

  #callOptions(signal: AbortSignal): GrpcCallOptions {
    return { signal, onHeader: this.features.onHeader, onTrailer: this.features.onTrailer };
  }

  /** Ends with `signal` and with the connection. Throws the signal's reason if it has fired. */
  scope(signal?: AbortSignal): Scope {
    return openScope(this.#scopes, signal);
  }

  async #connect({ signal }: CallOptions): Promise<void> {
    const scope = this.scope(signal);
    this.#tell({ status: 'connecting' });
    try {
      this.#transport = this.#open();
      const clients = this.#clientsOver(this.#transport);
      await this.#reach(clients.client, scope.signal);
      scope.signal.throwIfAborted();
      this.#clients = clients;
      this.#link = 'up';
      this.#tell({ status: 'connected' });
      this.#transport.follow?.((link) => this.#onLink(link));
    } catch (cause) {
      this.#drop();
      const error = scope.signal.aborted ? scope.signal.reason : toConfigError(cause);
      if (this.state.status !== 'closed') {
        this.#tell({ status: 'disconnected', ...(isConfigError(error) && { error }) });
      }
      throw error;
    } finally {
      scope.release();
    }
  }

  /** The clients over the transport, behind the middleware. */
  #clientsOver(transport: Transport): Clients {
    const { circuitBreaker, logger, keepalive } = this.settings;
    const { features } = this;
    if (circuitBreaker !== undefined) {
      this.#breaker = breaker(circuitBreaker, (state, error) => this.#onCircuit(state, error), logger);
    }
    let clients: Clients | undefined;
    const renew = transport.renew?.bind(transport);
    if (renew !== undefined) {
      this.#heartbeat = new Heartbeat({
        intervalMs: () => (features.announced ? keepalive.intervalMs : Math.max(keepalive.intervalMs, strangerMs)),
        timeoutMs: keepalive.timeoutMs,
        ping: async (deadline) => {
          const options: GrpcCallOptions & CallExtras = { ...probe, deadline };
          if (clients !== undefined) await answered(clients.client.listCodecs({}, options));
        },
        onDead: renew,
      });
    }
    const stack = middlewareStack(this.settings, { features, heartbeat: this.#heartbeat, breaker: this.#breaker });
    const { operations } = transport.clients('unary');
    const operate = (): OperationsClient => transport.clients('unary').operations as OperationsClient;
    clients = {
      client: withMiddleware(ConfigServiceDefinition, (kind) => transport.clients(kind).client, stack),
      operations: operations && withMiddleware(ConfigOperationsDefinition, operate, stack),
    };
    return clients;
  }

  /** Settles once the server has answered: with its features, or that it does not tell them to this caller. */
  #reach(client: ConfigClient, signal: AbortSignal): Promise<void> {
    return reach({
      probe: (deadline) => {
        const extras: CallExtras = { ...probe, deadline };
        return client.listCodecs({}, { ...this.#callOptions(signal), ...extras });
      },
      where: this.#where,
      timeoutMs: this.settings.connectTimeoutMs,
      signal,
    });
  }

  async #askFeatures(): Promise<void> {
    // The circuit breaker's memory of the connection before does not concern this one.
    const extras: CallExtras = { probe: true };
    await this.call((client, options) => client.listCodecs({}, { ...options, ...extras })).catch((error) => {
      // Its headers have told what it has, or the server is one that does not tell.
      if (!isConfigError(error, 'permission_denied', 'unsupported')) throw error;
    });
  }

  #onLink(link: Link): void {
    if (this.#state.status === 'closed') return;
    if (link !== 'up') {
      this.features.forget();
      this.#losses += 1;
    } else if (this.#link !== 'up') this.arrivals.arrive();
    this.#link = link;
    if (this.#state.status !== 'broken') this.#tellLink();
  }

  #onCircuit(state: 'closed' | 'half-open' | 'open', error: ConfigError | undefined): void {
    if (this.#state.status === 'closed' || state === 'half-open') return;
    if (state === 'open') this.#tell({ status: 'broken', ...(error && { error }) });
    else this.#tellLink();
  }

  #tellLink(): void {
    const status = ({ up: 'connected', connecting: 'connecting', down: 'disconnected' } as const)[this.#link];
    if (status !== this.#state.status) this.#tell({ status });
  }

  #tell(state: ConnectionState): void {
    this.#state = state;
    this.settings.logger.debug({ server: this.#where, ...state }, 'connection state');
    attempt(() => this.settings.onStateChange(state));
  }

  #drop(): void {
    this.#clients = undefined;
    this.#heartbeat?.close();
    this.#breaker?.close();
    this.#heartbeat = undefined;
    this.#breaker = undefined;
    this.#transport?.close();
    this.#transport = undefined;
  }

  #closed(): ConfigError {
    return new ConfigError('closed', `the store is closed (server ${this.#where})`);
  }
}

/** Settles with an answer, be it a refusal; rejects where none came. */
async function answered(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (isConfigError(toConfigError(error), 'unavailable', 'deadline_exceeded', 'cancelled')) throw error;
  }
}
