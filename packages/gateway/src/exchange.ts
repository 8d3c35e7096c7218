import type { ServerResponse } from 'node:http';
import type { InProcessCallOptions } from '@cfg/service';
import type { CallOptions, Metadata } from 'nice-grpc-common';
import { callerOf, type GatewayRequest } from './caller.js';
import type { ServerFeatures } from './features.js';
import type { MetadataReader } from './metadata.js';
import type { PathVariable } from './path-table.js';
import { decodePercent } from './percent-encoding.js';
import { deadlineOf } from './timeout.js';

/** Options of a call to the service: nice-grpc's, and what the in-process client takes besides. */
export interface ServiceCallOptions extends CallOptions, InProcessCallOptions {}

/** What travels may be secret: nobody on the way keeps it, and no browser takes it for something else. */
export const protective = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** Handles one request. Errors it throws are turned into a response by the caller. */
export type Endpoint = (exchange: Exchange) => Promise<void>;

/** What all requests of a gateway share. */
export interface ExchangeContext {
  readonly metadataReader: MetadataReader;
  readonly features: ServerFeatures;
}

/** One request and its answer. */
export class Exchange {
  readonly request: GatewayRequest;
  readonly response: ServerResponse;
  /** The answer does not end by itself: a gateway that closes ends it. */
  endless = false;
  readonly #context: ExchangeContext;
  readonly #query: string;
  readonly #variables: readonly PathVariable[];
  readonly #cancelled = new AbortController();
  #gone = false;
  #deadline: AbortSignal | undefined;
  #retryAfter: { readonly 'retry-after': string } | undefined;

  constructor(
    context: ExchangeContext,
    request: GatewayRequest,
    response: ServerResponse,
    query: string,
    variables: readonly PathVariable[],
  ) {
    this.#context = context;
    this.request = request;
    this.response = response;
    this.#query = query;
    this.#variables = variables;
    response.once('close', () => {
      if (response.writableFinished) return;
      this.#gone = true;
      this.cancel();
    });
  }

  /** Whether the caller went away before it had its answer. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Whether the time that the caller gave is over. */
  get late(): boolean {
    return this.#deadline?.aborted ?? false;
  }

  get cancelled(): boolean {
    return this.#cancelled.signal.aborted;
  }

  /** Ends the calls of the service that are under way for this request. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /** The path's variables, decoded. Throws a 400 if the percent-encoding is broken. */
  variables(): [name: string, value: string][] {
    return this.#variables.map(({ name, raw }) => [name, decodePercent(raw, 'path')]);
  }

  /** The query. Throws a 400 if the percent-encoding is broken. */
  query(): URLSearchParams {
    if (this.#query === '') return new URLSearchParams();
    if (this.#query.includes('%')) decodePercent(this.#query, 'query');
    return new URLSearchParams(this.#query);
  }

  /** Options for calling the service: metadata, peer address, deadline. Throws a 400 for a header that cannot be read. */
  callOptions(): ServiceCallOptions {
    const { metadataReader, features } = this.#context;
    const caller = callerOf(this.request);
    const { signal } = this.#cancelled;
    this.#deadline = deadlineOf(this.request);
    return {
      metadata: metadataReader.read(this.request, caller),
      signal: this.#deadline ? AbortSignal.any([signal, this.#deadline]) : signal,
      onHeader: (received) => {
        features.observeHeader(received);
        this.#keepRetryAfter(received);
      },
      onTrailer: (received) => {
        features.observeTrailer(received);
        this.#keepRetryAfter(received);
      },
      peer: caller.peer,
      certificate: caller.certificate,
    };
  }

  /** Responds with JSON text. */
  send(status: number, json: string, headers: Readonly<Record<string, string>> = {}): void {
    const length = Buffer.byteLength(json);
    const more = status >= 400 ? { ...this.#retryAfter, ...headers } : headers;
    const type = { 'content-type': 'application/json', 'content-length': length };
    this.response.writeHead(status, { ...type, ...protective, ...more });
    // Text that is ASCII, as most is, need not be transcoded.
    this.response.end(json, length === json.length ? 'latin1' : 'utf8');
  }

  /** Responds that the caller has the newest answer already. */
  sendNotModified(headers: Readonly<Record<string, string>> = {}): void {
    this.response.writeHead(304, { ...protective, ...headers }).end();
  }

  /** A server that limits its callers says in `retry-after` when they may call again. */
  #keepRetryAfter(received: Metadata): void {
    const seconds = received.get('retry-after');
    if (seconds !== undefined && /^\d{1,9}$/.test(seconds)) this.#retryAfter = { 'retry-after': seconds };
  }
}
