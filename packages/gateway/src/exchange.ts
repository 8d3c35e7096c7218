import type { ServerResponse } from 'node:http';
import { callerOf, type HttpRequest } from '@cfg/service';
import type { Metadata } from 'nice-grpc-common';
import type { Admit } from './admission.js';
import type { BodyBudget } from './body-budget.js';

import { compress, encodingOf } from './compression.js';
import type { ServerFeatures } from './features.js';
import type { MetadataReader } from './metadata.js';
import type { PathVariable } from './path-table.js';
import { decodePercent } from './percent-encoding.js';
import { requestIdOf } from './request-id.js';
import type { ServiceCallOptions } from './service-call.js';
import { timeoutOf } from './timeout.js';

/** A query that wants secrets to be masked, whatever the caller may do. */
const asksForMasks = /(?:^|&)secrets=masked(?:&|$)/;

/** What travels may be secret: nobody on the way keeps it. */
const unkept = { 'cache-control': 'no-store' } as const;

/** Handles one request. Errors it throws are turned into a response by the caller. */
export type Endpoint = (exchange: Exchange) => Promise<void>;

/** What all requests of a gateway share. */
export interface ExchangeContext {
  readonly metadataReader: MetadataReader;
  readonly features: ServerFeatures;
  readonly bodyBudget: BodyBudget;
  readonly admit: Admit | undefined;
  /** How long a request may take; 0: as long as it likes. */
  readonly callTimeoutMs: number;
  /** From which size on an answer is compressed; 0: none is. */
  readonly compressFromBytes: number;
}

/** What is sent is never a page: no browser is to take it for one, nor another site to use it as its own. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** One request and its answer. */
export class Exchange {
  readonly request: HttpRequest;
  readonly response: ServerResponse;
  /** The caller's own, or one that is made for it. */
  readonly requestId: string;
  /** The answer does not end by itself: a gateway that closes ends it. */
  endless = false;
  readonly #context: ExchangeContext;
  readonly #query: string;
  readonly #variables: readonly PathVariable[];
  readonly #cancelled = new AbortController();
  #gone = false;
  #late = false;
  #deadline: NodeJS.Timeout | undefined;
  #options: ServiceCallOptions | undefined;
  #retryAfter: { readonly 'retry-after': string } | undefined;

  constructor(
    context: ExchangeContext,
    request: HttpRequest,
    response: ServerResponse,
    query: string,
    variables: readonly PathVariable[],
  ) {
    this.#context = context;
    this.request = request;
    this.response = response;
    this.requestId = requestIdOf(request.headers);
    this.#query = query;
    this.#variables = variables;
    response.once('close', () => {
      clearTimeout(this.#deadline);
      if (response.writableFinished) return;
      this.#gone = true;
      this.cancel();
    });
  }

  /** Whether the caller went away before it had its answer. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Whether the time for the request is over. */
  get late(): boolean {
    return this.#late;
  }

  get cancelled(): boolean {
    return this.signal.aborted;
  }

  /** Fires when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    return this.#cancelled.signal;
  }

  get features(): ServerFeatures {
    return this.#context.features;
  }

  /** For all bodies that are being received. */
  get bodyBudget(): BodyBudget {
    return this.#context.bodyBudget;
  }

  /** Lets calls in before their bodies are read; absent where the server is elsewhere. */
  get admit(): Admit | undefined {
    return this.#context.admit;
  }

  /** Ends the calls of the service that are under way for this request. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /** The path's variables, decoded. Throws a 400 if the percent-encoding is broken. */
  variables(): [name: string, value: string][] {
    return this.#variables.map(({ name, raw }) => [name, decodePercent(raw, 'path')]);
  }

  get hasQuery(): boolean {
    return this.#query !== '';
  }

  /** The query. Throws a 400 if the percent-encoding is broken. */
  query(): URLSearchParams {
    if (this.#query === '') return new URLSearchParams();
    if (this.#query.includes('%')) decodePercent(this.#query, 'query');
    return new URLSearchParams(this.#query);
  }

  /**
   * Options for calling the service: metadata, peer address, deadline, which runs from the first time that they are asked
   * for. Throws a 400 for a header that cannot be read.
   */
  callOptions(): ServiceCallOptions {
    this.#options ??= this.#makeOptions();
    return this.#options;
  }

  /**
   * Responds with JSON text, or with bytes whose type is in the headers. A promise where the answer is compressed: it is
   * sent when that has resolved.
   */
  send(
    status: number,
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> | undefined {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const { compressFromBytes } = this.#context;
    if (compressFromBytes > 0 && length >= compressFromBytes) return this.#sendLarge(status, body, headers);
    this.#begin(status, length, headers);
    // Text that is ASCII, as most is, need not be transcoded.
    if (typeof body === 'string') this.response.end(body, length === body.length ? 'latin1' : 'utf8');
    else this.response.end(body);
    return undefined;
  }

  /** Responds that the caller has the newest answer already. */
  sendNotModified(headers: Readonly<Record<string, string>> = {}): void {
    this.response.writeHead(304, { ...this.ownHeaders(), ...this.#varying(headers) }).end();
  }

  /** Headers of every answer. */
  ownHeaders(): Record<string, string> {
    return { ...securityHeaders, 'x-request-id': this.requestId };
  }

  async #sendLarge(
    status: number,
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length);
    const encoding = encodingOf(this.request.headers);
    const sent = encoding === undefined ? bytes : await compress(bytes, encoding);
    if (this.response.destroyed) return;
    const vary = [headers.vary, 'Accept-Encoding'].filter(Boolean).join(', ');
    const encoded = encoding === undefined ? { vary } : { vary, 'content-encoding': encoding };
    this.#begin(status, sent.length, { ...headers, ...encoded });
    this.response.end(sent);
  }

  #begin(status: number, length: number, headers: Readonly<Record<string, string>>): void {
    const more = status >= 400 ? { ...this.#retryAfter, ...headers } : headers;
    this.response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': length,
      ...unkept,
      ...this.ownHeaders(),
      ...this.#varying(more),
    });
  }

  /** The headers, with what those before the gateway say that the answer depends on. */
  #varying(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    if (headers.vary === undefined) return headers;
    const already = this.response.getHeader('vary');
    return already === undefined ? headers : { ...headers, vary: `${already}, ${headers.vary}` };
  }

  #makeOptions(): ServiceCallOptions {
    const { metadataReader, features, callTimeoutMs } = this.#context;
    const caller = callerOf(this.request);
    const limitMs = timeoutOf(this.request, this.endless ? 0 : callTimeoutMs);
    if (limitMs !== undefined) this.#limit(limitMs);
    const metadata = metadataReader.read(this.request, caller, this.requestId);
    // An EventSource sends no headers.
    if (asksForMasks.test(this.#query)) metadata.set('x-cfg-secrets', 'masked');
    return {
      metadata,
      signal: this.signal,
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

  #limit(timeoutMs: number): void {
    this.#deadline = setTimeout(() => {
      this.#late = true;
      this.cancel();
    }, timeoutMs);
  }

  /** A server that limits its callers says in `retry-after` when they may call again. */
  #keepRetryAfter(received: Metadata): void {
    const seconds = received.get('retry-after');
    if (seconds !== undefined && /^\d{1,9}$/.test(seconds)) this.#retryAfter = { 'retry-after': seconds };
  }
}
