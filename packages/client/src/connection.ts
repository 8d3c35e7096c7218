import { type CallOptions, ConfigError, type Capability, isConfigError } from '@cfg/core';
import { delay } from 'abort-controller-x';
import type { CallOptions as GrpcCallOptions } from 'nice-grpc-common';

import { Features } from './features.js';
import type { Settings } from './options.js';
import { type ConfigClient, withMiddleware } from './pipeline.js';
import { attempt, type CallExtras, callExtras, resilience } from './resilience.js';
import type { ConnectionState } from './state.js';
import { toConfigError } from './status.js';
import type { Link, Transport } from './transport.js';

/** What a call is, beyond its request. */
export interface CallKind extends CallOptions {
  readonly needs?: readonly Capability[];
  /** Whether a repeat does no harm. Default true. */
  readonly repeatable?: boolean;
}

/** An abort signal of one's own that ends with another; `release()` it when done. */
export interface Scope {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  release(): void;
}

/** Wait between two tries to reach a server at first, milliseconds. */
const probeWaitMs = 100;

/** The life of a store's connection: its state, the calls that are under way, and their end. */
export class Connection {
  readonly features: Features;
  readonly settings: Settings;
  readonly #where: string;
  readonly #open: () => Transport;
  readonly #scopes = new Set<Scope>();
  #state: ConnectionState = { status: 'disconnected' };
  #transport: Transport | undefined;
  #client: ConfigClient | undefined;
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
    if (this.#client !== undefined) return;
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
  async call<T>(
    send: (client: ConfigClient, options: GrpcCallOptions) => Promise<T>,
    { signal, needs = [], repeatable = true }: CallKind = {},
  ): Promise<T> {
    const client = this.client;
    const scope = this.scope(signal);
    try {
      const extras = { ...callExtras(this.settings, repeatable), needs };
      return await send(client, { ...this.#callOptions(scope.signal), ...extras });
    } catch (error) {
      throw scope.signal.aborted ? scope.signal.reason : toConfigError(error);
    } finally {
      scope.release();
    }
  }

  /** For calls that stream. Throws as {@link check}. */
  get client(): ConfigClient {
    this.check();
    return this.#client as ConfigClient;
  }

  /** Throws `not_connected` or `closed` unless calls can be made. */
  check(): void {
    if (this.#state.status === 'closed') throw this.#closed();
    if (this.#client === undefined) {
      throw new ConfigError('not_connected', `not connected to ${this.#where}: call connect() first`);
    }
  }

  /** The options of a call that streams: it ends with `signal`, and tells the features of whoever answers. */
  streamOptions(signal: AbortSignal, needs: readonly Capability[]): GrpcCallOptions & CallExtras {
    return { ...this.#callOptions(signal), needs };
  }

  #callOptions(signal: AbortSignal): GrpcCallOptions {
    return { signal, onHeader: this.features.onHeader, onTrailer: this.features.onTrailer };
  }

  /** Ends with `signal` and with the connection. Throws the signal's reason if it has fired. */
  scope(signal?: AbortSignal): Scope {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const follow = (): void => controller.abort(signal?.reason);
    signal?.addEventListener('abort', follow, { once: true });
    const scope: Scope = {
      signal: controller.signal,
      abort: (reason) => controller.abort(reason),
      release: () => {
        signal?.removeEventListener('abort', follow);
        this.#scopes.delete(scope);
      },
    };
    this.#scopes.add(scope);
    return scope;
  }

  async #connect({ signal }: CallOptions): Promise<void> {
    const scope = this.scope(signal);
    this.#tell({ status: 'connecting' });
    try {
      this.#transport = this.#open();
      const client = withMiddleware(this.#transport.client, resilience(this.settings, this.features));
      await this.#reach(client, scope.signal);
      scope.signal.throwIfAborted();
      this.#client = client;
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

  /** Settles once the server has answered: with features, or that it does not tell them to this caller. */
  async #reach(client: ConfigClient, signal: AbortSignal): Promise<void> {
    const { connectTimeoutMs } = this.settings;
    const end = Date.now() + connectTimeoutMs;
    for (;;) {
      try {
        return await this.#probe(client, signal, Math.max(end - Date.now(), 1));
      } catch (error) {
        if (signal.aborted) throw error;
        const fault = toConfigError(error);
        const { code, message } = fault;
        if (code === 'permission_denied' || code === 'unsupported' || code === 'resource_exhausted') return;
        if (!isConfigError(fault, 'unavailable', 'deadline_exceeded', 'guard_timeout', 'not_connected')) throw fault;
        if (Date.now() + probeWaitMs >= end) {
          const text = `cannot reach ${this.#where} within ${connectTimeoutMs} ms: ${message}`;
          throw new ConfigError('unavailable', text, { cause: fault });
        }
        await delay(signal, probeWaitMs);
      }
    }
  }

  async #probe(client: ConfigClient, signal: AbortSignal, deadline: number): Promise<void> {
    const options = { ...this.#callOptions(signal), retry: false, deadline };
    await client.listCodecs({}, options);
  }

  async #askFeatures(): Promise<void> {
    await this.call((client, options) => client.listCodecs({}, options)).catch((error) => {
      // Its headers have told what it has, or the server is one that does not tell.
      if (!isConfigError(error, 'permission_denied', 'unsupported')) throw error;
    });
  }

  #onLink(link: Link): void {
    if (this.#state.status === 'closed') return;
    if (link !== 'up') this.features.forget();
    const status = ({ up: 'connected', connecting: 'connecting', down: 'disconnected' } as const)[link];
    if (status !== this.#state.status) this.#tell({ status });
  }

  #tell(state: ConnectionState): void {
    this.#state = state;
    this.settings.logger.debug({ server: this.#where, ...state }, 'connection state');
    attempt(() => this.settings.onStateChange(state));
  }

  #drop(): void {
    this.#client = undefined;
    this.#transport?.close();
    this.#transport = undefined;
  }

  #closed(): ConfigError {
    return new ConfigError('closed', `the store is closed (server ${this.#where})`);
  }
}
