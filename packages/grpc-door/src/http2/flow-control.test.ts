import { describe, expect, it } from 'vitest';
import { data, type Frame, requestFields, settings, windowUpdate } from '../test/frames.js';
import { okHeaders, okTrailers, Simulated } from '../test/simulated.js';
import { ErrorCode, FrameType, Setting } from './protocol.js';

const get = requestFields('/a/B');

/** Begins a request on a stream. */
function request(on: Simulated, id: number, endStream = true, fields: readonly string[] = get): void {
  on.send(on.headers.frame(id, fields, endStream));
}

const named = (frames: readonly Frame[]): string[] =>
  frames.map(({ type, id }) => `${Object.keys(FrameType).find((name) => FrameType[name as 'data'] === type)} ${id}`);

const codeOf = ({ type, payload }: Frame): number => payload.readUInt32BE(type === FrameType.goaway ? 4 : 0);

describe('flow control', () => {
  it('sends no more than the stream and the connection allow, and goes on when they allow more', () => {
    const one = new Simulated();
    one.send(settings([Setting.initialWindowSize, 10]));
    request(one, 1);
    one.read();
    const { stream } = one.last;
    expect(stream.sendMessage(Buffer.alloc(20, 7), false)).toBe(false);
    expect(one.read().map(({ payload }) => payload.length)).toEqual([10]);
    one.send(windowUpdate(1, 3), windowUpdate(1, 3));
    expect(one.readAll().map(({ payload }) => payload.length)).toEqual([3, 3]);
    expect(one.last.drains).toBe(0);
    one.send(settings([Setting.initialWindowSize, 100]));
    expect(one.last.drains).toBe(1);
    stream.finish(okTrailers);
    expect(named(one.readAll())).toEqual(['settings 0', 'data 1', 'headers 1']);
  });

  it('shares the connection’s window between the streams that wait', () => {
    const one = new Simulated();
    one.send(settings([Setting.initialWindowSize, 2 ** 31 - 1]));
    for (const id of [1, 3]) {
      request(one, id);
      one.last.stream.sendMessage(Buffer.alloc(1_000_000), false);
    }
    const sent = one.readAll().filter(({ type }) => type === FrameType.data);
    expect(sent.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(65_535);
    one.send(windowUpdate(0, 200_000));
    const streams = new Set(
      one
        .readAll()
        .filter(({ type }) => type === FrameType.data)
        .map(({ id }) => id),
    );
    expect(streams).toEqual(new Set([1, 3]));
  });

  it('tells of a message that was handed over late, and only of that', () => {
    const one = new Simulated();
    one.send(settings([Setting.initialWindowSize, 1_000_000]), windowUpdate(0, 1_000_000));
    request(one, 1);
    // Larger than a frame, so that it takes several; the windows take it all.
    expect(one.last.stream.sendMessage(Buffer.alloc(50_000), false)).toBe(true);
    expect(one.last.drains).toBe(0);
    expect(one.last.stream.sendMessage(Buffer.alloc(300_000), false)).toBe(false);
    expect(one.last.drains).toBe(0);
    one.readAll();
    expect(one.last.drains).toBe(1);
  });

  it('lets a window become negative', () => {
    const one = new Simulated();
    request(one, 1);
    one.last.stream.sendMessage(Buffer.alloc(95), false);
    one.send(settings([Setting.initialWindowSize, 50]));
    one.read();
    expect(one.last.stream.sendMessage(Buffer.alloc(5), false)).toBe(false);
    one.send(windowUpdate(1, 50));
    expect(one.read()).toEqual([]);
    one.send(windowUpdate(1, 10));
    expect(one.read()).toHaveLength(1);
  });

  it('gathers the messages of a turn in few frames', () => {
    const one = new Simulated();
    request(one, 1);
    for (let i = 0; i < 400; i += 1) one.last.stream.sendMessage(Buffer.alloc(95, i), false);
    const frames = one.readAll();
    expect(frames.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(40_000);
    expect(frames).toHaveLength(Math.ceil(40_000 / 16_300));
    const bodies = Buffer.concat(frames.map(({ payload }) => payload));
    for (let i = 0; i < 400; i += 1) expect(bodies[i * 100 + 5]).toBe(i % 256);
  });

  it('grants what was dealt with, and only that', () => {
    const one = new Simulated({ streamWindowBytes: 65_535, connectionWindowBytes: 1_000_000 });
    request(one, 1, false);
    one.last.releases = false;
    const chunk = Buffer.alloc(13_107);
    for (let i = 0; i < 5; i += 1) one.send(data(1, chunk, false));
    expect(one.read()).toEqual([]);
    one.last.stream.release(65_535);
    expect(one.read().map(({ id, payload }) => [id, payload.readUInt32BE(0)])).toEqual([[1, 65_535]]);
    for (let i = 0; i < 6; i += 1) one.send(data(1, chunk, false));
    expect(
      one.read().some((each) => each.type === FrameType.resetStream && codeOf(each) === ErrorCode.flowControlError),
    ).toBe(true);
    expect(one.last.wasCancelled).toBe(true);
  });

  it('lets no stream that is not read hold up the others', () => {
    const one = new Simulated({ streamWindowBytes: 65_535, connectionWindowBytes: 65_535 });
    for (const id of [1, 3, 5, 7, 9, 11]) request(one, id, false);
    for (const received of one.requests) received.releases = false;
    for (const id of [1, 3, 5, 7, 9, 11]) one.send(data(id, Buffer.alloc(16_384), false));
    expect(one.ended).toBe(false);
    expect(one.requests.map(({ body }) => body.length)).toEqual(Array(6).fill(16_384));
  });

  it('fails an answer that would have to wait beside too many', () => {
    const one = new Simulated({ maxQueuedResponseBytes: 1_000 });
    one.send(settings([Setting.initialWindowSize, 0]));
    for (const id of [1, 3]) {
      request(one, id);
      one.last.stream.sendHeaders(okHeaders);
      one.last.stream.sendMessage(Buffer.alloc(900), false);
    }
    expect(one.requests.map(({ overflows }) => overflows)).toEqual([0, 1]);
    expect(one.limits).toEqual(['queuedResponses']);
  });
});
