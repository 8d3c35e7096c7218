import type { ServerResponse } from 'node:http';
import { callerOf, type HttpRequest } from '@cfg/service';
import type { Metadata } from 'nice-grpc-common';
import type { Admit } from './admission.js';
import type { BodyBudget } from './body-budget.js';
import { Cancellation } from './cancellation.js';
import { compress, encodingOf } from './compression.js';
import type { ServerFeatures } from './features.js';
import { sendPieces } from './large-answer.js';
import { type CallSource, LazyCallOptions } from './lazy-call-options.js';
import type { MetadataReader } from './metadata.js';
import type { PathVariable } from './path-table.js';
import { decodePercent } from './percent-encoding.js';
import { type ReadyAnswer, sendReady } from './ready-answer.js';
import { requestIdOf } from './request-id.js';
import { securityHeaders } from './security-headers.js';
import type { ServiceCallOptions } from './service-call.js';
import { timeoutOf } from './timeout.js';
import type { RequestSpan } from './tracing/request-tracing.js';
import type { Timed, UnderWay } from './under-way.js';

const asksForMasks = /(?:^|&)secrets=masked(?:&|$)/;

/** What travels may be secret: nobody on the way keeps it. */
const unkept = { 'cache-control': 'no-store' } as const;

/** Handles one request. Errors it throws are turned into a response by the caller. */
export type Endpoint = (exchange: Exchange) => Promise<void> | undefined;

/** What all requests of a gateway share. */
export interface ExchangeContext {
  readonly metadataReader: MetadataReader;
  readonly features: ServerFeatures;
  readonly bodyBudget: BodyBudget;
  readonly admit: Admit | undefined;
  readonly underWay: UnderWay;
  /** How long a request may take; 0: as long as it likes. */
  readonly callTimeoutMs: number;
  /** From which size on an answer is compressed; 0: none is. */
  readonly compressFromBytes: number;
}

/** One request and its answer. */
export class Exchange implements Timed, CallSource {
  readonly request: HttpRequest;
  readonly response: ServerResponse;
  /** The caller's own, or one that is made for it. */
  readonly requestId: string;
  readonly startedMs: number = performance.now();
  /** Whether anybody waits for the answer. */
  readonly cancellation: Cancellation = new Cancellation();
  readonly #context: ExchangeContext;
  readonly #query: string;
  readonly #variables: readonly PathVariable[];
  #isEndless = false;
  #gone = false;
  #late = false;
  #deadline: NodeJS.Timeout | undefined;
  #options: ServiceCallOptions | undefined;
  #span: RequestSpan | undefined;
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
    response.on('close', () => this.#close());
  }

  /** Whether the caller went away before it had its answer. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Whether the time for the request is over. */
  get late(): boolean {
    return this.#late;
  }

  /** Whether the answer does not end by itself: a gateway that closes ends it. */
  get endless(): boolean {
    return this.#isEndless;
  }

  get cancelled(): boolean {
    return this.cancellation.cancelled;
  }

  /** Fires when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    return this.cancellation.signal;
  }

  /** The trace context that goes on to the service, in place of the caller's. */
  get traceContext(): Readonly<Record<string, string>> | undefined {
    return this.#span?.context;
  }

  /** Whether the query wants secrets to be masked, whatever the caller may do: an EventSource sends no headers. */
  get wantsMasks(): boolean {
    return this.#query !== '' && asksForMasks.test(this.#query);
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

  /** The span ends with the request. */
  traceAs(span: RequestSpan): void {
    this.#span = span;
  }

  /** Notes that the answer does not end by itself, and has no limit of time. */
  goOn(): void {
    this.#isEndless = true;
    this.#context.underWay.goesOn(this);
  }

  /** Ends the calls of the service that are under way for this request. */
  cancel(): void {
    this.cancellation.cancel();
  }

  /** As {@link cancel}, because the time is over. */
  expire(): void {
    if (this.cancelled) return;
    this.#late = true;
    this.cancel();
  }

  /** The path's variables, decoded. Throws a 400 if the percent-encoding is broken. */
  variables(): [name: string, value: string][] {
    return this.#variables.map(({ name, raw }) => [name, raw.includes('%') ? decodePercent(raw, 'path') : raw]);
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

  /** Options for calling the service: metadata, peer address, deadline. Throws a 400 for a header that cannot be read. */
  callOptions(): ServiceCallOptions {
    this.#options ??= this.#makeOptions();
    return this.#options;
  }

  /** The same for a service in this process: see {@link LazyCallOptions}. */
  lazyCallOptions(encoded = false): ServiceCallOptions {
    this.#heedTimeout();
    return new LazyCallOptions(this, this.#context.metadataReader, encoded);
  }

  observeHeader(received: Metadata): void {
    this.#context.features.observeHeader(received);
    this.#keepRetryAfter(received);
  }

  observeTrailer(received: Metadata): void {
    this.#context.features.observeTrailer(received);
    this.#keepRetryAfter(received);
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
    if (this.#isLarge(length)) return this.#sendLarge(status, body, headers);
    this.#begin(status, length, headers);
    // Text that is ASCII, as most is, need not be transcoded.
    if (typeof body === 'string') this.response.end(body, length === body.length ? 'latin1' : 'utf8');
    else this.response.end(body);
    return undefined;
  }

  /** Responds with what is kept for who asks next. A promise where the answer is compressed, as of {@link send}. */
  sendReady(answer: ReadyAnswer): Promise<void> | undefined {
    if (this.#isLarge(answer.length)) return this.send(200, answer.body, answer.headers);
    sendReady(this.response, answer, this.requestId);
    return undefined;
  }

  /** Responds with JSON text that is made while the caller reads it. Resolves when it is sent, or cannot be. */
  async sendPieces(
    status: number,
    pieces: Iterable<string>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const encoding = this.#context.compressFromBytes > 0 ? encodingOf(this.request.headers) : undefined;
    this.#begin(status, undefined, { ...headers, ...encodedAs(encoding, headers) });
    await sendPieces(this.response, pieces, encoding);
  }

  /** Responds that the caller has the newest answer already. */
  sendNotModified(headers: Readonly<Record<string, string>> = {}): void {
    this.response.writeHead(304, { ...this.ownHeaders(), ...this.#varying(headers) }).end();
  }

  /** Headers of every answer. */
  ownHeaders(): Record<string, string> {
    return { ...securityHeaders, 'x-request-id': this.requestId };
  }

  #isLarge(length: number): boolean {
    const { compressFromBytes } = this.#context;
    return compressFromBytes > 0 && length >= compressFromBytes;
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
    this.#begin(status, sent.length, { ...headers, ...encodedAs(encoding, headers) });
    this.response.end(sent);
  }

  /** `length` is undefined where it is not known. */
  #begin(status: number, length: number | undefined, headers: Readonly<Record<string, string>>): void {
    const more = status >= 400 ? { ...this.#retryAfter, ...headers } : headers;
    this.response.writeHead(status, {
      'content-type': 'application/json',
      ...(length !== undefined && { 'content-length': length }),
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
    this.#heedTimeout();
    const caller = callerOf(this.request);
    return {
      metadata: this.#context.metadataReader.read(this.request, () => caller, this),
      signal: this.signal,
      onHeader: (received) => this.observeHeader(received),
      onTrailer: (received) => this.observeTrailer(received),
      peer: caller.peer,
      certificate: caller.certificate,
    };
  }

  /** The caller may set a shorter time than all requests have. */
  #heedTimeout(): void {
    if (this.#deadline !== undefined || this.request.headers['grpc-timeout'] === undefined) return;
    const timeoutMs = timeoutOf(this.request, this.#isEndless ? 0 : this.#context.callTimeoutMs);
    if (timeoutMs !== undefined) this.#deadline = setTimeout(() => this.expire(), timeoutMs);
  }

  #close(): void {
    clearTimeout(this.#deadline);
    this.#span?.end(this.response.statusCode);
    if (this.response.writableFinished) return;
    this.#gone = true;
    this.cancel();
  }

  /** A server that limits its callers says in `retry-after` when they may call again. */
  #keepRetryAfter(received: Metadata): void {
    const seconds = received.get('retry-after');
    if (seconds !== undefined && /^\d{1,9}$/.test(seconds)) this.#retryAfter = { 'retry-after': seconds };
  }
}

/** The headers of an answer that is encoded for callers who take that. */
function encodedAs(encoding: string | undefined, headers: Readonly<Record<string, string>>): Record<string, string> {
  const vary = [headers.vary, 'Accept-Encoding'].filter(Boolean).join(', ');
  return encoding === undefined ? { vary } : { vary, 'content-encoding': encoding };
}
