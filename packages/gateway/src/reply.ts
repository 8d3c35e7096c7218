import type { IncomingMessage, ServerResponse } from 'node:http';
import { staleHeader } from '@cfg/proto';
import type { Metadata } from 'nice-grpc-common';
import { compress, encodingOf } from './compression.js';
import { sendPieces } from './large-answer.js';
import { type ReadyAnswer, sendReady } from './ready-answer.js';
import { securityHeaders } from './security-headers.js';

/** What travels may be secret: nobody on the way keeps it. */
const unkept = { 'cache-control': 'no-store' } as const;

/** The answer to one request. */
export class Reply {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #requestId: string;
  readonly #compressFromBytes: number;
  #retryAfter: { readonly 'retry-after': string } | undefined;

  /** @param compressFromBytes from which size on it is compressed; 0: never */
  constructor(request: IncomingMessage, response: ServerResponse, requestId: string, compressFromBytes: number) {
    this.#request = request;
    this.#response = response;
    this.#requestId = requestId;
    this.#compressFromBytes = compressFromBytes;
  }

  /**
   * Notes what the service says beside its answer: where it limits its callers, when they may call again; where it
   * answers from a copy, how old that is.
   */
  heed(received: Metadata): void {
    const stale = received.get(staleHeader);
    if (stale !== undefined && !this.#response.headersSent) this.#response.setHeader(staleHeader, stale);
    const seconds = received.get('retry-after');
    if (seconds !== undefined && /^\d{1,9}$/.test(seconds)) this.#retryAfter = { 'retry-after': seconds };
  }

  /** When the caller may call again, as far as a limit says so; 0: at once. */
  get retryAfterMs(): number {
    return Number(this.#retryAfter?.['retry-after'] ?? 0) * 1_000;
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
    if (typeof body === 'string') this.#response.end(body, length === body.length ? 'latin1' : 'utf8');
    else this.#response.end(body);
    return undefined;
  }

  /** Responds with what is kept for who asks next. A promise where the answer is compressed, as of {@link send}. */
  sendReady(answer: ReadyAnswer): Promise<void> | undefined {
    if (this.#isLarge(answer.length)) return this.send(200, answer.body, answer.headers);
    sendReady(this.#response, answer, this.#requestId);
    return undefined;
  }

  /** Responds with JSON text that is made while the caller reads it. Resolves when it is sent, or cannot be. */
  async sendPieces(
    status: number,
    pieces: Iterable<string>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const encoding = this.#compressFromBytes > 0 ? encodingOf(this.#request.headers) : undefined;
    this.#begin(status, undefined, { ...headers, ...encodedAs(encoding, headers) });
    await sendPieces(this.#response, pieces, encoding);
  }

  /** Responds that the caller has the newest answer already. */
  sendNotModified(headers: Readonly<Record<string, string>> = {}): void {
    this.#response.writeHead(304, { ...this.ownHeaders(), ...this.#varying(headers) }).end();
  }

  /** Headers of every answer. */
  ownHeaders(): Record<string, string> {
    return { ...securityHeaders, 'x-request-id': this.#requestId };
  }

  #isLarge(length: number): boolean {
    return this.#compressFromBytes > 0 && length >= this.#compressFromBytes;
  }

  async #sendLarge(
    status: number,
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length);
    const encoding = encodingOf(this.#request.headers);
    const sent = encoding === undefined ? bytes : await compress(bytes, encoding);
    if (this.#response.destroyed) return;
    this.#begin(status, sent.length, { ...headers, ...encodedAs(encoding, headers) });
    this.#response.end(sent);
  }

  /** `length` is undefined where it is not known. */
  #begin(status: number, length: number | undefined, headers: Readonly<Record<string, string>>): void {
    const more = status >= 400 ? { ...this.#retryAfter, ...headers } : headers;
    this.#response.writeHead(status, {
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
    const already = this.#response.getHeader('vary');
    return already === undefined ? headers : { ...headers, vary: `${already}, ${headers.vary}` };
  }
}

/** The headers of an answer that is encoded for callers who take that. */
function encodedAs(encoding: string | undefined, headers: Readonly<Record<string, string>>): Record<string, string> {
  const vary = [headers.vary, 'Accept-Encoding'].filter(Boolean).join(', ');
  return encoding === undefined ? { vary } : { vary, 'content-encoding': encoding };
}
