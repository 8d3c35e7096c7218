import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';
import { sleep, untilAborted, within } from './wait.js';

const never = new Promise<never>(() => {});

it('untilAborted settles as the promise does, or with the reason of the signal', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  expect(await untilAborted(Promise.resolve(1), undefined)).toBe(1);
  expect(await untilAborted(Promise.resolve(2), controller.signal)).toBe(2);
  const waiting = untilAborted(never, controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(untilAborted(Promise.reject(new Error('later')), controller.signal)).rejects.toBe(reason);
});

it('within gives up after the time', async () => {
  const late = new Error('late');
  await expect(within(never, 1, () => late)).rejects.toBe(late);
  expect(await within(Promise.resolve(1), 60_000, () => late)).toBe(1);
  await expect(within(never, 60_000, () => late, AbortSignal.abort('stop'))).rejects.toBe('stop');
});

it('sleep resolves in time, or rejects with the reason of the signal', async () => {
  await sleep(1);
  await expect(sleep(60_000, AbortSignal.abort('stop'))).rejects.toBe('stop');
  const controller = new AbortController();
  const sleeping = sleep(60_000, controller.signal);
  controller.abort('later');
  await expect(sleeping).rejects.toBe('later');
});

it('a backoff spreads over the whole of a bound that doubles', () => {
  const options = { initialMs: 100, maxMs: 1_000 };
  expect([1, 2, 3, 4, 5, 60].map((failures) => backoffMs(options, failures, 1))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
  expect(backoffMs(options, 4, 0)).toBe(0);
  expect(backoffMs(options, 4, 0.5)).toBe(400);
});
