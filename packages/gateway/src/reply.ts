import type { IncomingMessage, ServerResponse } from 'node:http';
import { staleHeader } from '@cfg/proto';
import type { Metadata } from 'nice-grpc-common';
import { compress, encodingOf } from './compression.js';
import { KeptBody } from './kept-body.js';
import { type LargeAnswer, sendPieces } from './large-answer.js';
import { type ReadyAnswer, sendReady } from './ready-answer.js';
import { securityHeaders } from './security-headers.js';
import type { Release, Unsent } from './unsent.js';

/** Values may be secret: nobody on the way keeps them. */
const unkept = { 'cache-control': 'no-store' } as const;

/** A caller who reads nothing for so long, in milliseconds, is cut off. */
const stallMs = 60_000;

/** From this size on, an answer is refused where there is no room for it, in bytes. */
const refusedFromBytes = 16 * 1024;

/** The size of the text that is made of a large answer at a time, in bytes. */
const pieceBytes = 256 * 1024;

/** The approximate memory of a compressor, in bytes. */
const compressorBytes = 8 * 1024 * 1024;

/** The answer to one request. */
export class Reply {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #requestId: string;
  readonly #compressFromBytes: number;
  readonly #unsent: Unsent;
  #held: Release | undefined;
  #retryAfter: { readonly 'retry-after': string } | undefined;

  /** @param compressFromBytes from which size on it is compressed; 0: never */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    compressFromBytes: number,
    unsent: Unsent,
  ) {
    this.#request = request;
    this.#response = response;
    this.#requestId = requestId;
    this.#compressFromBytes = compressFromBytes;
    this.#unsent = unsent;
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
   * sent when that has resolved. Throws RESOURCE_EXHAUSTED where too much waits for its callers to read.
   */
  send(
    status: number,
    body: string | Uint8Array | KeptBody,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> | undefined {
    if (body instanceof KeptBody) return this.#sendKept(status, body, headers);
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    if (this.#isLarge(length)) return this.#sendLarge(status, body, headers);
    this.#hold(body, length);
    this.#begin(status, length, headers);
    // Text that is ASCII, as most is, need not be transcoded.
    if (typeof body === 'string') this.#response.end(body, length === body.length ? 'latin1' : 'utf8');
    else this.#response.end(body);
    this.#sent(length);
    return undefined;
  }

  /** Responds with what is kept for who asks next. A promise where the answer is compressed, as of {@link send}. */
  sendReady(answer: ReadyAnswer): Promise<void> | undefined {
    if (this.#isLarge(answer.length)) return this.send(200, answer.body, answer.headers);
    this.#hold(answer.body, answer.length);
    sendReady(this.#response, answer, this.#requestId);
    this.#sent(answer.length);
    return undefined;
  }

  /** Responds with JSON text that is made while the caller reads it. Resolves when it is sent, or cannot be. */
  async sendPieces(
    status: number,
    { pieces, values }: LargeAnswer,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    this.#held = this.#unsent.hold(pieceBytes, values);
    const encoding = this.#compressFromBytes > 0 ? encodingOf(this.#request.headers) : undefined;
    // Who finds no room for a compressor gets the answer as it is.
    const compressing = encoding && this.#unsent.spare(compressorBytes);
    this.#begin(status, undefined, { ...headers, ...encodedAs(compressing && encoding, headers) });
    this.#cutOffWhenStalled();
    try {
      await sendPieces(this.#response, pieces, compressing && encoding);
    } finally {
      if (compressing) compressing();
    }
  }

  /** The answer is sent, or will never be. */
  closed(): void {
    this.#held?.();
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
    const encoding = encodingOf(this.#request.headers);
    const compressing = encoding && this.#unsent.spare(compressorBytes);
    if (!compressing) {
      const plain = { ...headers, ...encodedAs(undefined, headers) };
      return this.#sendBytes(status, asBytes(body), plain, body);
    }
    const sent = await compress(asBytes(body), encoding).finally(compressing);
    this.#sendBytes(status, sent, { ...headers, ...encodedAs(encoding, headers) });
  }

  async #sendKept(status: number, body: KeptBody, headers: Readonly<Record<string, string>>): Promise<void> {
    const encoding = this.#isLarge(body.bytes.length) ? encodingOf(this.#request.headers) : undefined;
    this.#sendBytes(status, await body.encoded(encoding), { ...headers, ...encodedAs(encoding, headers) });
  }

  /** `shared` is what others may be sent as well: it is in memory once. */
  #sendBytes(
    status: number,
    bytes: Buffer,
    headers: Readonly<Record<string, string>>,
    shared: string | Uint8Array = bytes,
  ): void {
    if (this.#response.destroyed) return;
    this.#hold(shared, bytes.length);
    this.#begin(status, bytes.length, headers);
    this.#response.end(bytes);
    this.#sent(bytes.length);
  }

  /** Notes what a large answer will hold until it is read. */
  #hold(body: string | Uint8Array, length: number): void {
    if (length < refusedFromBytes || this.#isBehindOthers) return;
    this.#held = typeof body === 'string' ? this.#unsent.hold(length) : this.#unsent.hold(0, [body]);
  }

  /** An answer that is sent at once, as most are, holds nothing. A small answer that finds no room is cut off. */
  #sent(length: number): void {
    if (this.#response.writableLength === 0 || this.#isBehindOthers) {
      this.#held?.();
      return;
    }
    this.#held ??= this.#unsent.tryHold(length);
    if (this.#held === undefined) this.#response.destroy();
    else this.#cutOffWhenStalled();
  }

  /** Node.js does not tell of the end of an answer that has not had its connection yet. */
  get #isBehindOthers(): boolean {
    return this.#response.socket === null;
  }

  #cutOffWhenStalled(): void {
    this.#response.setTimeout(stallMs, () => this.#response.destroy());
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

const asBytes = (body: string | Uint8Array): Buffer =>
  typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length);
