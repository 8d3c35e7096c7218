import { describe, expect, it } from 'vitest';
import {
  data,
  type Frame,
  frame,
  hello,
  message,
  requestFields,
  reset,
  settings,
  uint32,
  windowUpdate,
} from '../test/frames.js';
import { okHeaders, okTrailers, Simulated } from '../test/simulated.js';
import { ErrorCode, Flag, FrameType, preface, Setting } from './protocol.js';

const get = requestFields('/a/B');

/** Begins a request on a stream. */
function request(on: Simulated, id: number, endStream = true, fields: readonly string[] = get): void {
  on.send(on.headers.frame(id, fields, endStream));
}

const named = (frames: readonly Frame[]): string[] =>
  frames.map(({ type, id }) => `${Object.keys(FrameType).find((name) => FrameType[name as 'data'] === type)} ${id}`);

const codeOf = ({ type, payload }: Frame): number => payload.readUInt32BE(type === FrameType.goaway ? 4 : 0);

describe('a connection', () => {
  it('begins with its settings, and acknowledges the client’s', () => {
    const one = new Simulated({}, false);
    expect(named(one.read())).toEqual(['settings 0', 'windowUpdate 0']);
    one.send(hello);
    const [ack] = one.read();
    expect(ack).toMatchObject({ type: FrameType.settings, flags: Flag.ack });
  });

  it('hands on a request and sends its answer in one piece', () => {
    const one = new Simulated();
    request(one, 1, false);
    one.send(data(1, message(Buffer.from('hello'))));
    expect(one.last).toMatchObject({ ended: true, body: message(Buffer.from('hello')) });
    expect(one.last.stream.head).toMatchObject({ method: 'POST', path: '/a/B' });
    one.last.stream.sendHeaders(okHeaders);
    expect(one.last.stream.sendMessage(Buffer.from('bye'), false)).toBe(true);
    one.last.stream.finish(okTrailers);
    expect(one.connection.take()).toHaveLength(1);
    expect(one.connection.calls).toBe(0);
  });

  it('repeats header lists in a few bytes, whatever comes between', () => {
    const one = new Simulated();
    const lengths: number[] = [];
    for (let id = 1; id < 40; id += 2) {
      request(one, id);
      one.last.stream.sendHeaders(id % 4 === 1 ? okHeaders : [...okHeaders, 'x-other', `${id % 8}`]);
      one.last.stream.finish(okTrailers);
      const [headers, trailers] = one.read() as [Frame, Frame];
      expect(one.fields(headers)).toMatchObject({ ':status': '200', 'content-type': 'application/grpc' });
      expect(one.fields(trailers)).toEqual({ 'grpc-status': '0' });
      lengths.push(headers.payload.length + trailers.payload.length);
    }
    expect(Math.max(...lengths.slice(10))).toBeLessThan(6);
  });

  it('keeps to a table as small as the client wants', () => {
    const one = new Simulated();
    for (const [id, size] of [
      [1, 4096],
      [3, 0],
      [5, 100],
      [7, 4096],
    ] as const) {
      one.send(settings([Setting.headerTableSize, size]));
      for (const stream of [id * 10 + 1, id * 10 + 3, id * 10 + 5]) {
        request(one, stream);
        one.last.stream.finish([...okHeaders, ...okTrailers]);
      }
      const headers = one.read().filter(({ type }) => type === FrameType.headers);
      for (const each of headers) expect(one.fields(each)).toMatchObject({ 'grpc-status': '0' });
    }
  });

  it.each([
    ['no preface', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'), ErrorCode.protocolError],
    [
      'no settings first',
      Buffer.concat([preface, frame(FrameType.ping, 0, 0, Buffer.alloc(8))]),
      ErrorCode.protocolError,
    ],
    ['an acknowledgement first', Buffer.concat([preface, frame(FrameType.settings, 1, 0)]), ErrorCode.protocolError],
  ])('closes on %s', (_what, bytes, code) => {
    const one = new Simulated({}, false);
    one.send(bytes);
    const last = one.read().at(-1) as Frame;
    expect([last.type, codeOf(last)]).toEqual([FrameType.goaway, code]);
    expect(one.ended).toBe(true);
  });

  const eight = Buffer.alloc(8);
  it.each<[string, Buffer, ErrorCode]>([
    ['DATA on stream 0', data(0, eight), ErrorCode.protocolError],
    ['DATA on an idle stream', data(1, eight), ErrorCode.protocolError],
    ['HEADERS on an even stream', frame(1, 4, 2, Buffer.from([0x82])), ErrorCode.protocolError],
    ['HEADERS that are not HPACK', frame(1, 4, 1, Buffer.from([0xff, 0xff, 0xff])), ErrorCode.compressionError],
    ['a table larger than allowed', frame(1, 4, 1, Buffer.from([0x3f, 0xe2, 0x1f])), ErrorCode.compressionError],
    ['padding longer than the frame', frame(1, 4 | 8, 1, Buffer.from([9, 0x82])), ErrorCode.protocolError],
    ['PRIORITY on stream 0', frame(2, 0, 0, Buffer.alloc(5)), ErrorCode.protocolError],
    ['RST_STREAM on an idle stream', reset(1), ErrorCode.protocolError],
    ['RST_STREAM of five bytes', frame(3, 0, 1, Buffer.alloc(5)), ErrorCode.frameSizeError],
    ['SETTINGS of seven bytes', frame(4, 0, 0, Buffer.alloc(7)), ErrorCode.frameSizeError],
    ['SETTINGS on a stream', frame(4, 0, 1), ErrorCode.protocolError],
    ['an acknowledgement with a payload', frame(4, 1, 0, Buffer.alloc(6)), ErrorCode.frameSizeError],
    ['a window beyond 2^31 − 1', settings([Setting.initialWindowSize, 2 ** 31]), ErrorCode.flowControlError],
    ['frames of ten bytes', settings([Setting.maxFrameSize, 10]), ErrorCode.protocolError],
    ['PUSH_PROMISE', frame(5, 4, 1, uint32(2)), ErrorCode.protocolError],
    ['PING of seven bytes', frame(6, 0, 0, Buffer.alloc(7)), ErrorCode.frameSizeError],
    ['PING on a stream', frame(6, 0, 1, eight), ErrorCode.protocolError],
    ['GOAWAY on a stream', frame(7, 0, 1, eight), ErrorCode.protocolError],
    ['WINDOW_UPDATE of nothing', windowUpdate(0, 0), ErrorCode.protocolError],
    ['WINDOW_UPDATE on an idle stream', windowUpdate(1, 1), ErrorCode.protocolError],
    ['too large a window', windowUpdate(0, 2 ** 31 - 1), ErrorCode.flowControlError],
    ['CONTINUATION without HEADERS', frame(9, 4, 1), ErrorCode.protocolError],
    [
      'a header block that is interrupted',
      Buffer.concat([frame(1, 0, 1), frame(6, 0, 0, eight)]),
      ErrorCode.protocolError,
    ],
    ['a frame that is too long', frame(0, 0, 1, Buffer.alloc(16_385)), ErrorCode.frameSizeError],
  ])('closes on %s', (_what, bytes, code) => {
    const one = new Simulated();
    one.send(bytes);
    const last = one.read().at(-1) as Frame;
    expect([last.type, codeOf(last)]).toEqual([FrameType.goaway, code]);
    expect(one.ended).toBe(true);
    one.send(one.headers.frame(1, get, true));
    expect(one.requests).toHaveLength(0);
  });

  it.each<[string, string[]]>([
    ['no path', [':method', 'POST', ':scheme', 'http']],
    ['an empty path', [':method', 'POST', ':scheme', 'http', ':path', '']],
    ['a pseudo field twice', [...get.slice(0, 6), ':path', '/x']],
    ['a pseudo field of an answer', [':status', '200', ...get]],
    ['a pseudo field after a regular one', ['x-a', 'b', ...get]],
    ['an upper-case name', [...get, 'X-Upper', 'a']],
    ['a field of HTTP/1', [...get, 'connection', 'close']],
    ['te other than trailers', [...get, 'te', 'gzip']],
    ['a line break in a value', [...get, 'x-a', 'b\r\nc: d']],
    ['two lengths', [...get, 'content-length', '1', 'content-length', '2']],
    ['a length that is none', [...get, 'content-length', '-1']],
  ])('ends a stream with %s', (_what, fields) => {
    const one = new Simulated();
    request(one, 1, true, fields);
    const [answer] = one.read() as [Frame];
    expect([answer.type, answer.id, codeOf(answer)]).toEqual([FrameType.resetStream, 1, ErrorCode.protocolError]);
    expect(one.requests).toHaveLength(0);
    request(one, 3);
    expect(one.requests).toHaveLength(1);
  });

  it('ends a stream whose body is not as long as it said', () => {
    for (const [length, body, rest] of [
      [3, 4, 0],
      [3, 1, 1],
      [3, 1, 3],
      [1, 0, 0],
    ] as const) {
      const one = new Simulated();
      request(one, 1, false, [...get, 'content-length', String(length)]);
      one.send(data(1, Buffer.alloc(body), false), data(1, Buffer.alloc(rest)));
      expect(one.read().some((each) => each.type === FrameType.resetStream && codeOf(each) === 1)).toBe(true);
      expect(one.last).toMatchObject({ ended: false, wasCancelled: true });
    }
  });

  it('ignores what a client could not know when we ended its stream, and nothing else', () => {
    const one = new Simulated();
    request(one, 1, false);
    one.last.stream.finish([...okHeaders, ...okTrailers]);
    expect(named(one.read())).toEqual(['headers 1', 'resetStream 1']);
    one.send(
      data(1, Buffer.alloc(9), false),
      windowUpdate(1, 5),
      one.headers.frame(1, ['x-late', 'yes'], true),
      reset(1),
    );
    expect(one.read()).toEqual([]);
    request(one, 3);
    one.last.stream.finish([...okHeaders, ...okTrailers]);
    one.read();
    one.send(data(3, Buffer.alloc(9)));
    expect(codeOf(one.read()[0] as Frame)).toBe(ErrorCode.streamClosed);
    request(one, 5);
    one.last.stream.finish([...okHeaders, ...okTrailers]);
    one.send(one.headers.frame(5, get, true));
    expect(codeOf(one.read().at(-1) as Frame)).toBe(ErrorCode.streamClosed);
    expect(one.ended).toBe(true);
  });

  it('takes trailers as the end of a request', () => {
    const one = new Simulated();
    request(one, 1, false);
    one.send(data(1, Buffer.alloc(3), false), one.headers.frame(1, ['x-trailer', 'yes'], true));
    expect(one.last.ended).toBe(true);
  });

  it('puts header blocks together from several frames, padded and with a priority', () => {
    const one = new Simulated();
    const block = one.headers.block(get);
    const first = Buffer.concat([
      Buffer.from([3]),
      uint32(0),
      Buffer.from([16]),
      block.subarray(0, 5),
      Buffer.alloc(3),
    ]);
    one.send(
      frame(FrameType.headers, Flag.endStream | Flag.padded | Flag.priority, 1, first),
      frame(FrameType.continuation, 0, 1),
      frame(FrameType.continuation, Flag.endHeaders, 1, block.subarray(5)),
    );
    expect(one.last.stream.head.path).toBe('/a/B');
  });
});

describe('draining', () => {
  it('lets calls finish, tells the client twice, and refuses what comes after', () => {
    const one = new Simulated();
    request(one, 1);
    one.connection.drain(one.nowMs);
    const [first, ping] = one.read() as [Frame, Frame];
    expect([first.type, first.payload.readUInt32BE(0), codeOf(first)]).toEqual([FrameType.goaway, 2 ** 31 - 1, 0]);
    request(one, 3); // was under way
    one.send(frame(FrameType.ping, Flag.ack, 0, ping.payload));
    const [second] = one.read() as [Frame];
    expect([second.type, second.payload.readUInt32BE(0)]).toEqual([FrameType.goaway, 3]);
    request(one, 5);
    expect(codeOf(one.read()[0] as Frame)).toBe(ErrorCode.refusedStream);
    expect(one.requests).toHaveLength(2);
    for (const { stream } of one.requests) stream.finish([...okHeaders, ...okTrailers]);
    expect(one.ended).toBe(true);
  });

  it('does not wait for a client that does not answer', () => {
    const one = new Simulated();
    one.connection.drain(one.nowMs);
    expect(one.ended).toBe(false);
    one.pass(1_000);
    expect(one.ended).toBe(true);
  });
});
