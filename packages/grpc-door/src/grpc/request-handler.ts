import type { FieldList } from '../hpack/encoder.js';
import type { RequestHandler } from '../http2/session.js';
import type { Stream, StreamReceiver } from '../http2/stream.js';
import { AnswerFields, exhausted } from './answer-fields.js';
import { Call } from './call.js';
import type { CallEnvironment } from './call-environment.js';
import type { Method } from './method.js';
import { grpcHeadOf, type RefusedHead } from './request-head.js';

/** Answers the requests of one connection as gRPC calls of `methods`. */
export class GrpcRequestHandler implements RequestHandler {
  readonly headersTooLarge: FieldList;
  #methods: ReadonlyMap<string, Method>;
  #environment: CallEnvironment;

  constructor(methods: ReadonlyMap<string, Method>, environment: CallEnvironment, maxHeaderListBytes: number) {
    this.#methods = methods;
    this.#environment = environment;
    const status = exhausted(`request headers larger than ${maxHeaderListBytes} bytes`);
    this.headersTooLarge = new AnswerFields().failure(status, undefined, true);
  }

  open(stream: Stream): StreamReceiver {
    const head = grpcHeadOf(stream.head, this.#methods);
    if (head.method !== undefined) return new Call(this.#environment, stream, head);
    const refused = new RefusedRequest(stream, head);
    // A caller of gRPC may wait for the answer before it goes on; another client sends its request to the end first.
    if (head.text === undefined) refused.end();
    return refused;
  }
}

/** A request that no method answers. */
class RefusedRequest implements StreamReceiver {
  readonly mustEnd = true;
  #stream: Stream;
  #answer: RefusedHead;

  constructor(stream: Stream, answer: RefusedHead) {
    this.#stream = stream;
    this.#answer = answer;
  }

  data(_bytes: Buffer, start: number, end: number): void {
    this.#stream.release(end - start);
  }

  end(): void {
    const { refusal, text } = this.#answer;
    if (text === undefined) {
      this.#stream.finish(refusal);
      return;
    }
    this.#stream.sendHeaders(refusal);
    this.#stream.sendBody(Buffer.from(text));
    this.#stream.finish([]);
  }

  drained(): void {}

  overflowed(): void {}

  cancelled(): void {}
}
