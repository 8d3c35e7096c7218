import type { ServerResponse } from 'node:http';
import { callerOf, type HttpRequest } from '@cfg/service';
import type { Metadata } from 'nice-grpc-common';
import type { Admit } from './admission.js';
import type { BodyBudget } from './body-budget.js';
import { Cancellation } from './cancellation.js';
import type { ServerFeatures } from './features.js';
import { type CallSource, LazyCallOptions } from './lazy-call-options.js';
import type { MetadataReader } from './metadata.js';
import type { PathVariable } from './path-table.js';
import { decodePercent } from './percent-encoding.js';
import { Reply } from './reply.js';
import { requestIdOf } from './request-id.js';
import type { ServiceCallOptions } from './service-call.js';
import { timeoutOf } from './timeout.js';
import type { RequestSpan } from './tracing/request-tracing.js';
import type { Timed, UnderWay } from './under-way.js';
import type { Unsent } from './unsent.js';

/** A query that wants secrets to be masked. */
const asksForMasks = /(?:^|&)secrets=masked(?:&|$)/;

/** Handles one request. Errors it throws are turned into a response by the caller. */
export type Endpoint = (exchange: Exchange) => Promise<void> | undefined;

/** The abilities of a gateway's clients beyond nice-grpc's. */
export interface ClientTraits {
  /** Lets calls in before their bodies are read; absent where the server is elsewhere. */
  readonly admit: Admit | undefined;
  /** They take options whose parts are made when they are asked for. */
  readonly takesLazy: boolean;
}

/** The parts that all requests of a gateway share. */
export interface ExchangeContext extends ClientTraits {
  readonly metadataReader: MetadataReader;
  readonly features: ServerFeatures;
  readonly bodyBudget: BodyBudget;
  readonly unsent: Unsent;
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
  /** The answer to the caller. */
  readonly reply: Reply;
  readonly #context: ExchangeContext;
  readonly #query: string;
  readonly #variables: readonly PathVariable[];
  #isEndless = false;
  #gone = false;
  #late = false;
  #deadline: NodeJS.Timeout | undefined;
  #options: ServiceCallOptions | undefined;
  #span: RequestSpan | undefined;

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
    this.reply = new Reply(request, response, this.requestId, context.compressFromBytes, context.unsent);
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

  /** For all answers that wait for their callers to read. */
  get unsent(): Unsent {
    return this.#context.unsent;
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

  /** The same for one call of a client of ours, at less cost: see {@link LazyCallOptions}. */
  lazyCallOptions(encoded = false): ServiceCallOptions {
    if (!this.#context.takesLazy) return this.callOptions();
    this.#heedTimeout();
    return new LazyCallOptions(this, this.#context.metadataReader, encoded);
  }

  observeHeader(received: Metadata): void {
    this.#context.features.observeHeader(received);
    this.reply.heed(received);
  }

  observeTrailer(received: Metadata): void {
    this.#context.features.observeTrailer(received);
    this.reply.heed(received);
  }

  #makeOptions(): ServiceCallOptions {
    this.#heedTimeout();
    const caller = callerOf(this.request);
    return {
      metadata: this.#context.metadataReader.read(this.request, () => caller, this),
      signal: this.signal,
      onCancel: (listener) => this.cancellation.onCancel(listener),
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
    this.reply.closed();
    this.#span?.end(this.response.statusCode);
    if (this.response.writableFinished) return;
    this.#gone = true;
    this.cancel();
  }
}
