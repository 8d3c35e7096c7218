import { expect, it } from 'vitest';
import type { Arrivals } from '../contract/arrivals.js';
import { Backoff, backoffMs } from './backoff.js';

it('doubles its bound with each failure, up to the largest', () => {
  const bounds = [1, 2, 3, 4, 40].map((failures) => backoffMs({ initialMs: 100, maxMs: 500 }, failures, 1));
  expect(bounds).toEqual([100, 200, 400, 500, 500]);
});

/** The awaited event, which comes when it is told to. */
class Awaited implements Arrivals {
  count = 0;
  listeners = 0;
  readonly #events = new EventTarget();

  arrive(): void {
    this.count += 1;
    this.#events.dispatchEvent(new Event('arrival'));
  }

  async after(count: number, signal: AbortSignal): Promise<void> {
    if (this.count > count) return;
    this.listeners += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#events.addEventListener('arrival', () => resolve(), { once: true, signal });
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    } finally {
      this.listeners -= 1;
    }
  }
}

/** After so many failures it waits for weeks, were it not for what it waits for. */
function patient(arrivals: Arrivals): Backoff {
  const backoff = new Backoff({ initialMs: 1, maxMs: 2 ** 31 - 1 }, arrivals);
  for (let i = 0; i < 40; i += 1) backoff.failed();
  return backoff;
}

it('waits no longer when what is waited for is there, be it since before the wait', async () => {
  const arrivals = new Awaited();
  const [early, late] = [patient(arrivals), patient(arrivals)];
  const { signal } = new AbortController();
  const wait = early.wait(signal);
  arrivals.arrive();
  await wait;
  await late.wait(signal);
  expect(arrivals.listeners).toBe(0);
});

it('counts as there what has come since the last wait only, and ends with the signal', async () => {
  const arrivals = new Awaited();
  const backoff = patient(arrivals);
  arrivals.arrive();
  await backoff.wait(new AbortController().signal);
  const end = new AbortController();
  const wait = backoff.wait(end.signal);
  expect(arrivals.listeners).toBe(1);
  end.abort(new Error('enough'));
  await expect(wait).rejects.toThrow('enough');
  expect(arrivals.listeners).toBe(0);
});
