import { expect, it } from 'vitest';
import { NewestStream } from './newest.js';
import { GeneratedStream, type PullStream } from './pull-stream.js';
import { sleep } from './wait.js';

async function* slow(signal: AbortSignal): AsyncGenerator<number, void, undefined> {
  yield 1;
  await sleep(60_000, signal);
}

const kinds: [string, () => PullStream<unknown>][] = [
  ['a generated stream', () => new GeneratedStream(slow)],
  [
    'a stream of the newest',
    () => {
      const stream = new NewestStream<number>();
      stream.push([['a', 1]]);
      return stream;
    },
  ],
];

it.each(kinds)('%s ends at once, before it was read and while a read waits', async (_, make) => {
  const unread = make();
  expect(await unread.return()).toEqual({ done: true, value: undefined });
  expect(await unread.next()).toEqual({ done: true, value: undefined });
  const read = make();
  expect(await read.next()).toMatchObject({ done: false });
  const waiting = read.next();
  expect(await read.return()).toEqual({ done: true, value: undefined });
  expect(await waiting).toEqual({ done: true, value: undefined });
  read.close();
  expect(await read.next()).toEqual({ done: true, value: undefined });
});

it('a generated stream fires the signal of its generator, also of one that never ran', async () => {
  let signal: AbortSignal | undefined;
  {
    await using _ = new GeneratedStream((given) => {
      signal = given;
      return slow(given);
    });
  }
  expect(signal?.aborted).toBe(true);
});

it('a stream of the newest gives a slow reader the newest of each key', async () => {
  const stream = new NewestStream<string>();
  const first = stream.next();
  stream.push([['a', 'a1']]);
  expect(await first).toMatchObject({ value: ['a1'] });
  stream.push([
    ['a', 'a2'],
    ['b', 'b1'],
  ]);
  stream.push([['a', 'a3']]);
  stream.end();
  expect(await stream.next()).toMatchObject({ value: ['b1', 'a3'] });
  expect(await stream.next()).toMatchObject({ done: true });
});
