import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Timed, UnderWay } from './under-way.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function request(name: string, ended: string[]): Timed {
  return {
    startedMs: performance.now(),
    expire: () => void ended.push(`${name} is late`),
    cancel: () => void ended.push(`${name} is cancelled`),
  };
}

it('ends each request when its own time is over, and no stream', () => {
  const ended: string[] = [];
  const underWay = new UnderWay(1_000);
  const names = ['first', 'answered', 'stream', 'last'];
  const [, answered, stream] = names.map((name) => {
    const made = request(name, ended);
    underWay.add(made);
    vi.advanceTimersByTime(100);
    return made;
  }) as [Timed, Timed, Timed];
  underWay.delete(answered);
  underWay.goesOn(stream);
  vi.advanceTimersByTime(600);
  expect(ended).toEqual(['first is late']);
  vi.advanceTimersByTime(10_000);
  expect(ended).toContain('last is late');
  expect(ended).not.toContain('answered is late');
  expect(ended).not.toContain('stream is late');
  underWay.endStreams();
  expect(ended.at(-1)).toBe('stream is cancelled');
});

it('is idle when nothing is under way any more', async () => {
  const underWay = new UnderWay(0);
  await underWay.idle();
  const [call, stream] = [request('call', []), request('stream', [])];
  underWay.add(call);
  underWay.add(stream);
  underWay.goesOn(stream);
  let isIdle = false;
  const idle = underWay.idle().then(() => {
    isIdle = true;
  });
  underWay.delete(call);
  await Promise.resolve();
  expect(isIdle).toBe(false);
  underWay.delete(stream);
  await idle;
});
