import type { PeerCertificate } from 'node:tls';
import { type CallContext, ServerError, Status } from 'nice-grpc-common';
import { messagePrefixBytes } from '../http2/output.js';
import type { Stream, StreamReceiver } from '../http2/stream.js';
import { Admission } from './admission.js';
import { exhausted, internal, unimplemented } from './answer-fields.js';
import { type ContextSource, completeContext, LazyContext } from './call-context.js';
import type { CallEnvironment } from './call-environment.js';
import { compress } from './compression.js';
import type { Expiring } from './deadlines.js';
import type { LateRequest } from './late-requests.js';
import { isWhole } from './message-reader.js';
import { CallMetadata } from './metadata.js';
import { type Method, serialize } from './method.js';
import { RequestBody, type RequestOwner } from './request-body.js';
import type { AcceptedHead } from './request-head.js';
import { type AnswerSink, ResponsePump } from './response-pump.js';
import { type CallStatus, statusOf } from './status.js';

/** One call: reads the request, calls the handler, sends what it answers, and ends whichever way it ends first. */
export class Call implements StreamReceiver, RequestOwner, AnswerSink, ContextSource, Expiring, LateRequest {
  readonly #environment: CallEnvironment;
  readonly #stream: Stream;
  readonly #head: AcceptedHead;
  readonly #method: Method;
  /** A request that came in one piece, as most do. */
  #message: Uint8Array | undefined = undefined;
  #body: RequestBody | undefined = undefined;
  #metadata: CallMetadata | undefined = undefined;
  #header: CallMetadata | undefined = undefined;
  #trailer: CallMetadata | undefined = undefined;
  #aborter: AbortController | undefined = undefined;
  #pump: ResponsePump | undefined = undefined;
  /** Let in before the request had come whole, or about to be. */
  #admission: Admission | undefined = undefined;
  #context: CallContext | undefined = undefined;
  #deadlineTick = 0;
  #over = false;
  /** It ended before its handler was done. */
  #wasCut = false;

  constructor(environment: CallEnvironment, stream: Stream, head: AcceptedHead) {
    this.#environment = environment;
    this.#stream = stream;
    this.#head = head;
    this.#method = head.method;
    stream.receiver = this;
    if (head.timeoutMs !== undefined) this.#deadlineTick = environment.expireIn(this, head.timeoutMs);
    const { requestStream, requestDeserialize } = head.method.definition;
    if (!requestStream) {
      if (head.method.admit !== undefined) environment.lateRequests.add(this);
      return;
    }
    this.#body = new RequestBody(this, environment, head.encoding, (bytes) => requestDeserialize(bytes));
    this.#call(this.#body.stream);
  }

  // As the receiver of the stream

  get mustEnd(): boolean {
    return !this.#method.definition.requestStream;
  }

  data(bytes: Buffer, start: number, end: number): void {
    if (this.#over) return;
    if (this.#message !== undefined) {
      this.refuse(unimplemented('a request of more than one message'));
      return;
    }
    if (this.#body === undefined && isWhole(bytes, start, end, this.#environment.maxReceiveMessageBytes)) {
      this.#message = bytes.subarray(start + messagePrefixBytes, end);
      this.#stream.release(end - start);
    } else {
      this.#slowBody().push(bytes, start, end);
    }
  }

  end(): void {
    if (this.#over) return;
    const message = this.#message;
    if (message !== undefined) {
      if (this.#admission === undefined) this.handle(message);
      else this.#admission.done.then(() => this.handle(message), ignore);
    } else this.#slowBody().end();
  }

  drained(): void {
    if (!this.#over) this.#pump?.resume();
  }

  overflowed(): void {
    this.refuse(exhausted('too many answers wait to be read'));
  }

  cancelled(): void {
    if (this.#over) return;
    this.#finish();
    this.#stopHandler(new DOMException('The operation has been aborted', 'AbortError'));
  }

  // As a request that may be late

  late(): void {
    if (!this.#over && !this.#stream.remoteEnded) this.admission();
  }

  // As the owner of the request's body

  admission(): Promise<void> | undefined {
    const { admit, definition } = this.#method;
    if (admit === undefined || definition.requestStream) return undefined;
    this.#admission ??= new Admission(admit(definition.path, this.#makeContext()), (error) => this.fail(error));
    return this.#admission.done;
  }

  handle(message: Uint8Array): void {
    if (this.#over) return;
    let request: unknown;
    try {
      request = this.#method.definition.requestDeserialize(message);
    } catch {
      this.refuse(internal('Error deserializing request'));
      return;
    }
    this.#call(request);
  }

  /** Ends the call with a status of the door's own, whatever the handler does. */
  refuse(status: CallStatus): void {
    if (this.#over) return;
    this.#finish();
    const stream = this.#stream;
    stream.abandon(this.#environment.answers.failure(status, undefined, !stream.headersSent));
    this.#stopHandler(new ServerError(status.code, status.message));
  }

  release(bytes: number): void {
    this.#stream.release(bytes);
  }

  // As what expires

  expire(): void {
    this.#deadlineTick = 0;
    this.refuse({ code: Status.DEADLINE_EXCEEDED, message: 'Deadline exceeded' });
  }

  // As the source of the context

  get metadata(): CallMetadata {
    this.#metadata ??= new CallMetadata(this.#stream.head.fields);
    return this.#metadata;
  }

  get peer(): string {
    return this.#environment.peer;
  }

  get certificate(): PeerCertificate | undefined {
    return this.#environment.certificate;
  }

  get header(): CallMetadata {
    this.#header ??= new CallMetadata();
    return this.#header;
  }

  get trailer(): CallMetadata {
    this.#trailer ??= new CallMetadata();
    return this.#trailer;
  }

  get signal(): AbortSignal {
    if (this.#aborter === undefined) {
      this.#aborter = new AbortController();
      if (this.#wasCut) this.#aborter.abort();
    }
    return this.#aborter.signal;
  }

  sendHeader(): void {
    if (this.#over || this.#stream.headersSent) return;
    this.#stream.sendHeaders(this.#environment.answers.headers(this.#header, this.#gzips()));
  }

  // As the sink of a stream of answers

  send(answer: unknown): boolean | Promise<boolean> {
    if (this.#over) return false;
    const bytes = serialize(this.#method.definition, answer);
    const { maxSendMessageBytes, compressAboveBytes } = this.#environment;
    if (bytes.length > maxSendMessageBytes) {
      this.#environment.limited('sentMessage');
      this.refuse(exhausted(`Sent message larger than max (${bytes.length} vs. ${maxSendMessageBytes})`));
      return false;
    }
    this.sendHeader();
    if (bytes.length < compressAboveBytes || !this.#gzips()) return this.#stream.sendMessage(bytes, false);
    return compress(bytes).then((small) => {
      return !this.#over && this.#stream.sendMessage(small ?? bytes, small !== undefined);
    });
  }

  complete(): void {
    if (this.#over) return;
    this.sendHeader();
    this.#finish();
    this.#stream.finish(this.#environment.answers.ok(this.#trailer));
  }

  fail(error: unknown): void {
    if (this.#over) return;
    // An answer that carries a header of the handler's has it before the status, as with nice-grpc.
    if (this.#header !== undefined && !this.#header.isEmpty) this.sendHeader();
    this.#finish();
    const status = statusOf(this.#method.definition.path, error);
    const stream = this.#stream;
    stream.finish(this.#environment.answers.failure(status, this.#trailer, !stream.headersSent));
  }

  #makeContext(): CallContext {
    this.#context ??= this.#method.lazyContext ? new LazyContext(this) : completeContext(this);
    return this.#context;
  }

  #call(request: unknown): void {
    this.#admission?.use();
    const context = this.#makeContext();
    try {
      if (this.#method.definition.responseStream) {
        this.#pump = new ResponsePump(this.#method.answers(request, context), this);
        this.#pump.start();
        return;
      }
      const answer = this.#method.answer(request, context);
      if (!isPromise(answer)) {
        this.#answer(answer);
        return;
      }
      answer.then(
        (value) => this.#answer(value),
        (error) => this.fail(error),
      );
    } catch (error) {
      this.fail(error);
    }
  }

  /** Sends the only answer. */
  #answer(answer: unknown): void {
    if (this.#over) return;
    try {
      if (answer == null) throw new Error('A method returned void, but is expected to return a message');
      const sent = this.send(answer);
      if (typeof sent === 'boolean') this.complete();
      else
        sent.then(
          () => this.complete(),
          (error) => this.fail(error),
        );
    } catch (error) {
      this.fail(error);
    }
  }

  #slowBody(): RequestBody {
    this.#body ??= new RequestBody(this, this.#environment, this.#head.encoding, undefined);
    return this.#body;
  }

  #gzips(): boolean {
    const { compression } = this.#environment;
    if (compression === 'accepted') return this.#head.takesGzip;
    return compression === 'mirror' && this.#head.encoding === 'gzip';
  }

  /** From here on nothing that the handler does is heard. */
  #finish(): void {
    this.#over = true;
    if (this.#deadlineTick !== 0) this.#environment.forget(this, this.#deadlineTick);
    this.#body?.close();
  }

  /** Tells the handler that nobody waits for its answer any more. */
  #stopHandler(cause: unknown): void {
    this.#wasCut = true;
    this.#aborter?.abort();
    this.#admission?.abandon(cause);
    this.#body?.stream?.fail(new DOMException('The operation has been aborted', 'AbortError'));
    this.#pump?.stop();
  }
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  value instanceof Promise || typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';

const ignore = (): void => {};
