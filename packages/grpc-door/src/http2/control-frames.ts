import { uint31, uint32 } from './frame-reader.js';
import { ErrorCode, Flag, initialMaxFrameBytes, largestFrame, largestWindow, Setting } from './protocol.js';
import { drainPing, type Session } from './session.js';

/** Answers the frames that are about the connection and its streams, and carry no request. */
export class ControlFrames {
  /** Whether the peer's first settings have come. */
  settled = false;
  #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  settings(bytes: Buffer, start: number, length: number, flags: number, id: number): void {
    const session = this.#session;
    if (id !== 0) {
      session.fail(ErrorCode.protocolError, 'SETTINGS on a stream');
      return;
    }
    if (flags & Flag.ack) {
      if (length !== 0) session.fail(ErrorCode.frameSizeError, 'an acknowledgement of SETTINGS with a payload');
      return;
    }
    if (length % 6 !== 0) {
      session.fail(ErrorCode.frameSizeError, 'SETTINGS are cut off');
      return;
    }
    if (!session.allows('settings')) return;
    this.settled = true;
    for (let at = start; at < start + length && !session.closed; at += 6) {
      this.#apply(bytes.readUInt16BE(at), uint32(bytes, at + 2));
    }
    if (session.closed) return;
    session.output.settingsAck();
    session.sender.resume();
  }

  ping(bytes: Buffer, start: number, length: number, flags: number, id: number): void {
    const session = this.#session;
    if (id !== 0) {
      session.fail(ErrorCode.protocolError, 'PING on a stream');
      return;
    }
    if (length !== 8) {
      session.fail(ErrorCode.frameSizeError, `PING of ${length} bytes`);
      return;
    }
    if (flags & Flag.ack) {
      if (drainPing.compare(bytes, start, start + length) === 0) session.announceDrain();
      else session.allows('emptyFrames');
    } else if (session.allows('pings')) {
      session.output.ping(true, bytes, start);
    }
  }

  windowUpdate(bytes: Buffer, start: number, length: number, id: number): void {
    const session = this.#session;
    const { sender, streams } = session;
    if (length !== 4) {
      session.fail(ErrorCode.frameSizeError, `WINDOW_UPDATE of ${length} bytes`);
      return;
    }
    if (!session.allows('windowUpdates')) return;
    const increment = uint31(bytes, start);
    if (id === 0) {
      if (increment === 0) {
        session.fail(ErrorCode.protocolError, 'WINDOW_UPDATE of nothing');
        return;
      }
      if (!sender.grant(increment)) {
        session.fail(ErrorCode.flowControlError, 'the window is too large');
        return;
      }
    } else {
      if (!streams.wasOpened(id)) {
        session.fail(ErrorCode.protocolError, 'WINDOW_UPDATE on an idle stream');
        return;
      }
      const stream = streams.get(id);
      if (stream === undefined) return;
      if (increment === 0) {
        session.reject(id, ErrorCode.protocolError);
        return;
      }
      if (!sender.grantStream(stream, increment)) {
        session.reject(id, ErrorCode.flowControlError);
        return;
      }
    }
    sender.resume();
  }

  resetStream(length: number, id: number): void {
    const session = this.#session;
    if (length !== 4) {
      session.fail(ErrorCode.frameSizeError, `RST_STREAM of ${length} bytes`);
      return;
    }
    if (!session.streams.wasOpened(id)) {
      session.fail(ErrorCode.protocolError, 'RST_STREAM on an idle stream');
      return;
    }
    if (!session.allows('resets')) return;
    const stream = session.streams.get(id);
    if (stream !== undefined) session.cancelled(stream);
  }

  /** Priorities are not followed (RFC 9113, 5.3.2), only checked. */
  priority(bytes: Buffer, start: number, length: number, id: number): void {
    const session = this.#session;
    if (id === 0) {
      session.fail(ErrorCode.protocolError, 'PRIORITY on stream 0');
      return;
    }
    if (!session.allows('emptyFrames')) return;
    if (length !== 5) session.reject(id, ErrorCode.frameSizeError);
    else if (uint31(bytes, start) === id) session.reject(id, ErrorCode.protocolError);
  }

  goaway(length: number, id: number): void {
    if (id !== 0) this.#session.fail(ErrorCode.protocolError, 'GOAWAY on a stream');
    else if (length < 8) this.#session.fail(ErrorCode.frameSizeError, 'GOAWAY is cut off');
    else this.#session.allows('emptyFrames');
  }

  #apply(setting: number, value: number): void {
    const session = this.#session;
    switch (setting) {
      case Setting.headerTableSize:
        session.sender.headerTableBytes = value;
        break;
      case Setting.enablePush:
        if (value > 1) session.fail(ErrorCode.protocolError, 'SETTINGS_ENABLE_PUSH is neither 0 nor 1');
        break;
      case Setting.initialWindowSize:
        if (value > largestWindow)
          session.fail(ErrorCode.flowControlError, 'SETTINGS_INITIAL_WINDOW_SIZE is too large');
        else this.#resizeWindows(value);
        break;
      case Setting.maxFrameSize:
        if (value < initialMaxFrameBytes || value > largestFrame) {
          session.fail(ErrorCode.protocolError, 'SETTINGS_MAX_FRAME_SIZE is out of its range');
        } else {
          session.sender.maxFrame = value;
        }
        break;
      default: // the others say what we must not send, and we do not
    }
  }

  #resizeWindows(bytes: number): void {
    const session = this.#session;
    const difference = bytes - session.sender.initialWindow;
    session.sender.initialWindow = bytes;
    for (const stream of session.streams.all()) {
      if (session.sender.grantStream(stream, difference)) continue;
      session.fail(ErrorCode.flowControlError, 'a window became too large');
      return;
    }
  }
}
