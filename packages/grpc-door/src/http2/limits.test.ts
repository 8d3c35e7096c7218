import { describe, expect, it } from 'vitest';
import { data, type Frame, frame, requestFields, reset, settings, windowUpdate } from '../test/frames.js';
import { okHeaders, okTrailers, Simulated } from '../test/simulated.js';
import type { LimitName } from './limits.js';
import { ErrorCode, Flag, FrameType, Setting } from './protocol.js';

const get = requestFields('/a/B');
const rate = { burst: 10, perSecond: 1 };

/** The code that the connection was closed with. */
function closedWith(one: Simulated): number | undefined {
  const goaway = one.readAll().find(({ type }) => type === FrameType.goaway);
  return one.ended ? goaway?.payload.readUInt32BE(4) : undefined;
}

describe('a connection', () => {
  const flood = (bytes: Buffer) => (one: Simulated) => one.send(bytes);
  let id = 1;
  const next = (): number => {
    id += 2;
    return id;
  };
  it.each<[LimitName, string, (one: Simulated) => void]>([
    ['resets', 'requests that are reset', (one) => one.send(one.headers.frame(next(), get), reset(id))],
    ['resets', 'malformed requests', (one) => one.send(one.headers.frame(next(), ['x', 'y']))],
    ['resets', 'windows that make us reset', (one) => one.send(one.headers.frame(next(), get), windowUpdate(id, 0))],
    ['pings', 'pings', flood(frame(FrameType.ping, 0, 0, Buffer.alloc(8)))],
    ['settings', 'settings', flood(settings())],
    ['emptyFrames', 'priorities', flood(frame(FrameType.priority, 0, 1, Buffer.alloc(5)))],
    ['emptyFrames', 'unknown frames', flood(frame(0x7b, 0, 0))],
    ['emptyFrames', 'answers to pings of nobody', flood(frame(FrameType.ping, Flag.ack, 0, Buffer.alloc(8)))],
    ['windowUpdates', 'window updates', flood(windowUpdate(0, 1))],
  ])('is closed by %s for a flood of %s, and not below it', (limit, _what, send) => {
    id = -1;
    const one = new Simulated({ [limit]: rate });
    for (let i = 0; i < 9; i += 1) send(one);
    expect(one.ended).toBe(false);
    one.pass(5_000);
    for (let i = 0; i < 4; i += 1) send(one);
    expect(one.ended).toBe(false);
    for (let i = 0; i < 11; i += 1) send(one);
    expect(closedWith(one)).toBe(ErrorCode.enhanceYourCalm);
    expect(one.limits).toEqual([limit]);
  });

  it('is closed for a flood of empty DATA', () => {
    const one = new Simulated({ emptyFrames: rate });
    one.send(one.headers.frame(1, get));
    for (let i = 0; i < 11; i += 1) one.send(data(1, Buffer.alloc(0), false));
    expect(closedWith(one)).toBe(ErrorCode.enhanceYourCalm);
  });

  it('takes as many pings and window updates as our data are worth', () => {
    const one = new Simulated({ pings: rate, windowUpdates: rate });
    one.send(one.headers.frame(1, get, true));
    for (let i = 0; i < 100; i += 1) {
      one.last.stream.sendMessage(Buffer.alloc(300), false);
      one.send(frame(FrameType.ping, 0, 0, Buffer.alloc(8)), windowUpdate(0, 305), windowUpdate(1, 305));
    }
    expect(one.ended).toBe(false);
  });

  it('is closed by a client that opens its window byte by byte', () => {
    const one = new Simulated({ windowUpdates: rate });
    one.send(settings([Setting.initialWindowSize, 0]), one.headers.frame(1, get, true));
    one.last.stream.sendMessage(Buffer.alloc(1_000), false);
    for (let i = 0; i < 11; i += 1) one.send(windowUpdate(1, 1));
    expect(closedWith(one)).toBe(ErrorCode.enhanceYourCalm);
  });

  it('is closed for a header block without end', () => {
    for (const size of [0, 1_000]) {
      const one = new Simulated({ maxContinuations: 32 });
      one.send(frame(FrameType.headers, 0, 1));
      for (let i = 0; i < 40; i += 1) one.send(frame(FrameType.continuation, 0, 1, Buffer.alloc(size, 0x82)));
      expect(closedWith(one)).toBe(ErrorCode.enhanceYourCalm);
      expect(one.limits).toEqual(['continuations']);
    }
  });

  it('refuses a header list that is too large, and reads the next right', () => {
    const one = new Simulated({ maxHeaderListBytes: 1_024 });
    // Each refers to one large field of the table.
    const large = ['x-large', 'y'.repeat(500)];
    one.send(one.headers.frame(1, [...get, ...large], true));
    one.send(one.headers.frame(3, [...get, ...large, ...large, ...large], true));
    const [answer] = one.read() as [Frame];
    expect(one.fields(answer)).toEqual({ 'grpc-status': '8' });
    expect(one.limits).toEqual(['headerList']);
    one.send(one.headers.frame(5, [...get, ...large], true));
    expect(one.requests.map(({ stream }) => stream.id)).toEqual([1, 5]);
    expect(one.last.stream.head.fields.at(-1)).toEqual(large);
  });

  it('refuses more streams than it announced', () => {
    const one = new Simulated({ maxConcurrentStreams: 2 });
    for (const each of [1, 3, 5]) one.send(one.headers.frame(each, get, true));
    const [answer] = one.read() as [Frame];
    expect([answer.type, answer.id, answer.payload.readUInt32BE(0)]).toEqual([3, 5, ErrorCode.refusedStream]);
    one.requests[0]?.stream.finish([...okHeaders, ...okTrailers]);
    one.send(one.headers.frame(7, get, true));
    expect(one.requests).toHaveLength(3);
  });
});

describe('time', () => {
  it('closes a connection whose client says nothing', () => {
    const one = new Simulated({ handshakeTimeoutMs: 500 }, false).pass(499);
    expect(one.ended).toBe(false);
    one.pass(1);
    expect(one.ended).toBe(true);
    expect(one.limits).toEqual(['handshakeTimeout']);
  });

  it('asks a silent client for a sign of life, and closes without one', () => {
    const one = new Simulated({ keepaliveTimeMs: 1_000, keepaliveTimeoutMs: 300 });
    const [ping] = one.pass(1_000).read() as [Frame];
    expect(ping.type).toBe(FrameType.ping);
    one.send(frame(FrameType.ping, Flag.ack, 0, ping.payload));
    expect(one.pass(999).read()).toEqual([]);
    expect(one.pass(1).read()).toHaveLength(1);
    one.pass(299);
    expect(one.ended).toBe(false);
    one.pass(1);
    expect(one.limits).toEqual(['keepaliveTimeout']);
    expect(one.ended).toBe(true);
  });

  it('asks an idle client to leave, and one that stayed for too long', () => {
    const idle = new Simulated({ idleTimeoutMs: 1_000, keepaliveTimeMs: 0 });
    idle.send(idle.headers.frame(1, get, true)).pass(5_000);
    expect(idle.limits).toEqual([]);
    idle.last.stream.finish([...okHeaders, ...okTrailers]);
    idle.pass(1_000);
    expect(idle.limits).toEqual(['idleTimeout']);
    const old = new Simulated({ maxAgeMs: 1_000, keepaliveTimeMs: 0 });
    old
      .send(old.headers.frame(1, get, true))
      .pass(1_000)
      .pass(1_000)
      .pass(1_000);
    expect(old.limits).toEqual(['maxAge']);
    expect(old.ended).toBe(false);
    old.last.stream.finish([...okHeaders, ...okTrailers]);
    expect(old.ended).toBe(true);
  });

  it('cancels a request that does not arrive', () => {
    const one = new Simulated({ requestTimeoutMs: 1_000 });
    one.send(one.headers.frame(1, get), one.headers.frame(3, get, true)).pass(1_000);
    expect(one.requests.map(({ wasCancelled }) => wasCancelled)).toEqual([true, false]);
    expect(one.limits).toEqual(['requestTimeout']);
  });

  it('cancels a complete answer that nobody reads, and leaves a stream of answers alone', () => {
    const one = new Simulated({ stallTimeoutMs: 1_000, keepaliveTimeMs: 0 });
    one.send(settings([Setting.initialWindowSize, 0]));
    for (const each of [1, 3]) {
      one.send(one.headers.frame(each, get, true));
      one.last.stream.sendMessage(Buffer.alloc(50), false);
    }
    one.last.stream.finish(okTrailers);
    one.pass(999);
    one.send(windowUpdate(3, 5)).pass(999);
    expect(one.limits).toEqual([]);
    one.pass(1).pass(100_000);
    expect(one.limits).toEqual(['stallTimeout']);
    expect(one.requests.map(({ wasCancelled }) => wasCancelled)).toEqual([false, true]);
  });

  it('closes a connection whose socket takes nothing', () => {
    const one = new Simulated({ stallTimeoutMs: 1_000, keepaliveTimeMs: 0 });
    one.connection.pause(one.nowMs);
    one.pass(500).connection.written();
    one.connection.pause(one.nowMs);
    one.pass(999);
    expect(one.ended).toBe(false);
    one.pass(1);
    expect(one.ended).toBe(true);
  });
});
