import { ControlFrames } from './control-frames.js';
import { FrameReader, type FrameReceiver } from './frame-reader.js';
import { Lifetime } from './lifetime.js';
import { ErrorCode, Flag, FrameType, initialWindowBytes, Setting } from './protocol.js';
import { RequestFrames } from './request-frames.js';
import { type ConnectionEdge, type ConnectionParts, Session } from './session.js';

/** The payload of a keepalive's frames. */
const alivePing: Buffer = Buffer.from('alive?..');

/**
 * One HTTP/2 connection, the server's side (RFC 9113). Pure: it is given bytes and the time in whole milliseconds, and
 * responds with frames, which wait in an output, and with calls to its handler. It never throws for what a peer sends:
 * an error ends the stream or the connection with the code that the standard has for it.
 */
export class Connection implements FrameReceiver {
  #session: Session;
  #reader: FrameReader = new FrameReader(this);
  #control: ControlFrames;
  #requests: RequestFrames;
  #lifetime: Lifetime;

  constructor(parts: ConnectionParts, edge: ConnectionEdge, nowMs: number) {
    const { limits } = parts;
    const session = new Session(parts, edge, nowMs, () => this.#lifetime.idle(session.nowMs));
    this.#session = session;
    this.#control = new ControlFrames(session);
    this.#requests = new RequestFrames(session);
    this.#lifetime = new Lifetime(limits, nowMs);
    session.output.settings([
      [Setting.maxConcurrentStreams, limits.maxConcurrentStreams],
      [Setting.initialWindowSize, limits.streamWindowBytes],
      [Setting.maxHeaderListSize, limits.maxHeaderListBytes],
    ]);
    const more = limits.connectionWindowBytes - initialWindowBytes;
    if (more > 0) session.output.windowUpdate(0, more);
  }

  /** Over: nothing is read any more. What waits in the output is still to be written. */
  get closed(): boolean {
    return this.#session.closed;
  }

  /** How many calls are under way. */
  get calls(): number {
    return this.#session.streams.size;
  }

  /** How many bytes wait to be written. */
  get waiting(): number {
    return this.#session.output.length;
  }

  /** Hands over what waits to be written, in pieces, which must not be changed. */
  take(): Uint8Array[] {
    return this.#session.output.take();
  }

  /** Takes what the client sent. It must not change any more. */
  receive(chunk: Buffer, nowMs: number): void {
    const session = this.#session;
    if (session.closed) return;
    session.nowMs = nowMs;
    this.#lifetime.read(nowMs);
    this.#reader.read(chunk);
  }

  /** Looks after timeouts; to be called about once a second. */
  tick(nowMs: number): void {
    const session = this.#session;
    if (session.closed) return;
    session.nowMs = nowMs;
    const verdict = this.#lifetime.check(nowMs, this.#control.settled, session.drain !== 'no', session.streams.size);
    if (verdict.do === 'ping') session.output.ping(false, alivePing, 0);
    if (verdict.do === 'drain' || verdict.do === 'close') session.limited(verdict.limit);
    if (verdict.do === 'drain') session.beginDrain();
    if (verdict.do === 'close') {
      session.close(ErrorCode.noError, verdict.reason);
      return;
    }
    this.#checkStreams();
    if (session.hasWaitedToAnnounce()) session.announceDrain();
  }

  /** The waiting bytes have been written, and the socket takes more. */
  written(): void {
    this.#session.sender.paused = false;
    this.#lifetime.stuck(undefined);
    this.#session.sender.resume();
  }

  /** The socket takes no more for now. */
  pause(nowMs: number): void {
    this.#session.sender.paused = true;
    this.#lifetime.stuck(nowMs);
  }

  /** Lets calls that are under way finish and refuses others; then the connection ends. Twice is fine. */
  drain(nowMs: number): void {
    this.#session.nowMs = nowMs;
    this.#session.beginDrain();
    if (!this.#control.settled) this.#session.announceDrain();
  }

  /** Ends the connection and all its calls, which their callers see as CANCELLED. */
  cancel(): void {
    this.#session.close(ErrorCode.cancel, '');
  }

  /** Ends the connection and all its calls for a fault of our own. */
  break(): void {
    this.#session.fail(ErrorCode.internalError, 'internal error');
  }

  /** The socket is gone: all calls end. */
  lost(): void {
    this.#session.shut();
  }

  // As the receiver of the frame reader

  frame(bytes: Buffer, start: number, length: number, type: number, flags: number, id: number): boolean {
    const session = this.#session;
    const { expects } = this.#requests;
    if (!this.#control.settled && (type !== FrameType.settings || flags & Flag.ack)) {
      session.fail(ErrorCode.protocolError, 'the first frame is not SETTINGS');
    } else if (expects !== undefined && (type !== FrameType.continuation || id !== expects)) {
      session.fail(ErrorCode.protocolError, 'a header block is interrupted');
    } else {
      this.#dispatch(bytes, start, length, type, flags, id);
    }
    return !session.closed;
  }

  badPreface(): void {
    this.#session.fail(ErrorCode.protocolError, 'this is not HTTP/2');
  }

  oversized(length: number): void {
    this.#session.fail(ErrorCode.frameSizeError, `a frame of ${length} bytes`);
  }

  #dispatch(bytes: Buffer, start: number, length: number, type: number, flags: number, id: number): void {
    switch (type) {
      case FrameType.data:
        this.#requests.data(bytes, start, length, flags, id);
        return;
      case FrameType.headers:
        this.#requests.headers(bytes, start, length, flags, id);
        return;
      case FrameType.continuation:
        this.#requests.continuation(bytes, start, length, flags);
        return;
      case FrameType.priority:
        this.#control.priority(bytes, start, length, id);
        return;
      case FrameType.resetStream:
        this.#control.resetStream(length, id);
        return;
      case FrameType.settings:
        this.#control.settings(bytes, start, length, flags, id);
        return;
      case FrameType.ping:
        this.#control.ping(bytes, start, length, flags, id);
        return;
      case FrameType.goaway:
        this.#control.goaway(length, id);
        return;
      case FrameType.windowUpdate:
        this.#control.windowUpdate(bytes, start, length, id);
        return;
      case FrameType.pushPromise:
        this.#session.fail(ErrorCode.protocolError, 'a client cannot push');
        return;
      default: // unknown frames are to be ignored, but are work all the same
        this.#session.allows('emptyFrames');
    }
  }

  /** Ends calls that take their client too long: to send a request, or to take an answer that is complete. */
  #checkStreams(): void {
    const session = this.#session;
    const { requestTimeoutMs, stallTimeoutMs } = session.limits;
    for (const stream of session.streams.all()) {
      const { openedAtMs, stalledSinceMs, remoteEnded, receiver } = stream;
      const slow = requestTimeoutMs > 0 && !remoteEnded && receiver?.mustEnd === true;
      const stalled = stallTimeoutMs > 0 && stalledSinceMs > 0;
      if (slow && session.nowMs - openedAtMs >= requestTimeoutMs) {
        session.limited('requestTimeout');
        session.reset(stream.id, ErrorCode.cancel);
      } else if (stalled && session.nowMs - stalledSinceMs >= stallTimeoutMs) {
        session.limited('stallTimeout');
        session.reset(stream.id, ErrorCode.cancel);
      }
    }
  }
}
