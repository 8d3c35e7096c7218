import { HpackError } from '../hpack/decoder.js';
import type { FrameFault } from './frame-fault.js';
import { HeaderAssembly, type HeaderBlock } from './header-assembly.js';
import { HeaderReader, headerTableBytes } from './header-reader.js';
import { unpadded } from './padding.js';
import { ErrorCode, Flag } from './protocol.js';
import { ReceiveWindow } from './receive-window.js';
import { faultOfTrailers } from './request-head.js';
import type { Session } from './session.js';
import { Stream } from './stream.js';

/** Makes requests of HEADERS, CONTINUATION and DATA frames. */
export class RequestFrames {
  #session: Session;
  #assembly: HeaderAssembly;
  #reader: HeaderReader;
  #window: ReceiveWindow;
  #cancel = (stream: Stream): void => this.#session.reset(stream.id, ErrorCode.cancel);

  constructor(session: Session) {
    const { limits } = session;
    this.#session = session;
    this.#assembly = new HeaderAssembly(limits.maxHeaderListBytes + headerTableBytes, limits.maxContinuations);
    this.#reader = new HeaderReader(limits.maxHeaderListBytes);
    this.#window = new ReceiveWindow(limits.connectionWindowBytes);
  }

  /** The stream whose header block is unfinished, if one is. */
  get expects(): number | undefined {
    return this.#assembly.expects;
  }

  headers(bytes: Buffer, start: number, length: number, flags: number, id: number): void {
    if (id === 0) {
      this.#session.fail(ErrorCode.protocolError, 'HEADERS on stream 0');
      return;
    }
    this.#take(this.#assembly.begin(bytes, start, length, flags, id));
  }

  continuation(bytes: Buffer, start: number, length: number, flags: number): void {
    this.#take(this.#assembly.continue(bytes, start, length, flags));
  }

  data(bytes: Buffer, start: number, length: number, flags: number, id: number): void {
    const session = this.#session;
    if (id === 0) {
      session.fail(ErrorCode.protocolError, 'DATA on stream 0');
      return;
    }
    if (!this.#window.receive(length)) {
      session.fail(ErrorCode.flowControlError, 'more than the window allows');
      return;
    }
    // Given back at once, so that a stream that is not read holds up no other: each has its own window.
    const grant = this.#window.release(length);
    if (grant > 0) session.output.windowUpdate(0, grant);

    const stream = session.streams.get(id);
    if (stream === undefined) this.#dataOfClosed(length, id);
    else if (stream.remoteEnded) session.reject(id, ErrorCode.streamClosed);
    else if (!stream.receive(length)) session.reject(id, ErrorCode.flowControlError);
    else this.#body(stream, bytes, start, length, flags);
  }

  #body(stream: Stream, bytes: Buffer, from: number, length: number, flags: number): void {
    const session = this.#session;
    const endStream = (flags & Flag.endStream) !== 0;
    let start = from;
    let end = from + length;
    if (flags & Flag.padded) {
      const rest = unpadded(bytes, from, length);
      if ('code' in rest) {
        session.fail(rest.code, rest.reason);
        return;
      }
      ({ start, end } = rest);
      stream.release(length - (end - start));
    }
    stream.bodyBytes += end - start;
    if (!lengthIsRight(stream, endStream)) {
      session.reject(stream.id, ErrorCode.protocolError);
      return;
    }
    stream.remoteEnded = endStream;
    if (end > start) stream.receiver?.data(bytes, start, end);
    else if (!endStream && !session.allows('emptyFrames')) return;
    if (endStream && !stream.closed) stream.receiver?.end();
  }

  #dataOfClosed(length: number, id: number): void {
    const { streams } = this.#session;
    if (!streams.wasOpened(id)) this.#session.fail(ErrorCode.protocolError, 'DATA on an idle stream');
    else if (!streams.isAbandoned(id)) this.#session.reject(id, ErrorCode.streamClosed);
    else if (length === 0) this.#session.allows('emptyFrames');
  }

  #take(block: HeaderBlock | FrameFault | undefined): void {
    if (block === undefined) return;
    if ('code' in block) {
      if (block.limit) this.#session.limited('continuations');
      this.#session.fail(block.code, block.reason);
      return;
    }
    const stream = this.#session.streams.get(block.streamId);
    try {
      if (stream !== undefined) this.#trailers(stream, block);
      else if (this.#session.streams.wasOpened(block.streamId)) this.#late(block);
      else this.#open(block);
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      this.#session.fail(ErrorCode.compressionError, error.message);
    }
  }

  #trailers(stream: Stream, { bytes, start, end, endStream }: HeaderBlock): void {
    const fields = this.#reader.trailers(bytes, start, end);
    if (stream.remoteEnded) {
      this.#session.reject(stream.id, ErrorCode.streamClosed);
      return;
    }
    if (!endStream || fields === undefined || faultOfTrailers(fields) !== undefined || !lengthIsRight(stream, true)) {
      this.#session.reject(stream.id, ErrorCode.protocolError);
      return;
    }
    stream.remoteEnded = true;
    stream.receiver?.end();
  }

  /** Headers of a stream that is over: all right where we ended it, and the client could not know. */
  #late({ streamId, bytes, start, end }: HeaderBlock): void {
    this.#reader.trailers(bytes, start, end);
    if (!this.#session.streams.isAbandoned(streamId)) {
      this.#session.fail(ErrorCode.streamClosed, 'HEADERS on a closed stream');
    } else {
      this.#session.allows('emptyFrames');
    }
  }

  #open({ streamId, bytes, start, end, endStream, selfDependent }: HeaderBlock): void {
    const session = this.#session;
    const { streams, limits } = session;
    if ((streamId & 1) === 0) {
      session.fail(ErrorCode.protocolError, 'a client opens odd streams only');
      return;
    }
    const head = this.#reader.head(bytes, start, end);
    streams.lastId = streamId;
    if (head === undefined) {
      this.#tooLarge(streamId, endStream);
      return;
    }
    if (selfDependent || head.fault !== undefined) {
      session.reject(streamId, ErrorCode.protocolError);
      return;
    }
    if (endStream && head.contentLength > 0) {
      session.reject(streamId, ErrorCode.protocolError);
      return;
    }
    if (session.drain === 'announced') {
      session.reset(streamId, ErrorCode.refusedStream);
      return;
    }
    if (streams.size >= limits.maxConcurrentStreams) {
      session.limited('concurrentStreams');
      session.reject(streamId, ErrorCode.refusedStream);
      return;
    }
    const stream = new Stream(streamId, head, session.sender, limits.streamWindowBytes, session.nowMs, this.#cancel);
    stream.remoteEnded = endStream;
    session.opened(stream);
    const receiver = session.handler.open(stream);
    stream.receiver = receiver;
    if (endStream && !stream.closed) receiver.end();
  }

  #tooLarge(streamId: number, endStream: boolean): void {
    const session = this.#session;
    session.limited('headerList');
    session.sender.lastHeaders(streamId, session.handler.headersTooLarge);
    if (endStream) return;
    session.reset(streamId, ErrorCode.noError);
  }
}

/** Whether the body is as long as `content-length` says, as far as it has come. */
function lengthIsRight({ head, bodyBytes }: Stream, complete: boolean): boolean {
  if (head.contentLength < 0) return true;
  return complete ? bodyBytes === head.contentLength : bodyBytes <= head.contentLength;
}
