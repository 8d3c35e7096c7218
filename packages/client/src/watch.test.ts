import type { Change, ChangeStream, ConfigError } from '@cfg/core';
import { ServerError, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { expectCode, json } from './test/expect-code.js';
import { harness, until } from './test/harness.js';
import type { TestServerOptions } from './test/server.js';

const { server, connected } = harness();
const quick = { retry: { initialBackoffMs: 5, maxBackoffMs: 20 }, watch: { initialBackoffMs: 10 } };

const data = (event: Change): unknown => JSON.parse(Buffer.from(event.entry.bytes).toString());

/** The numbers that the next `count` changes carry. */
async function take(stream: ChangeStream, count: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let n = 0; n < count; n += 1) {
    const { value } = await stream.next();
    if (value && value.type !== 'progress') seen.push(data(value));
  }
  return seen;
}

/** Watches go wrong as `fault` says: called once for each, with its number. */
const watchesMeet = (fault: (n: number) => Error | undefined): TestServerOptions['middleware'] => {
  let n = 0;
  return async function* (call, context) {
    const error = call.method.path.endsWith('/Watch') ? fault(n++) : undefined;
    if (error) throw error;
    return yield* call.next(call.request, context);
  };
};

const lost = (): Error => new ServerError(Status.UNAVAILABLE, 'lost');

describe('a watch', () => {
  it('goes on after its server was away, without a gap or a repeat', async () => {
    let current = await server();
    const { port, store: behind } = current;
    const remote = await connected(current, quick);
    const stream = remote.watch({ namespaces: ['ns'] });
    await stream.ready;
    const seen: unknown[] = [];
    for (let n = 0; n < 30; n += 1) {
      await behind.set(n % 3 === 0 ? 'other' : 'ns', 'k', json(n));
      if (n % 10 === 4) {
        current.kill();
        await behind.set('ns', 'k', json(`${n} while away`));
        current = await server({ port, store: behind });
      }
      if (n % 10 === 7) seen.push(...(await take(stream, 3)));
    }
    while (seen.at(-1) !== 29) seen.push(...(await take(stream, 1)));
    const expected = Array.from({ length: 30 }, (_, n) => (n % 10 === 4 ? [n, `${n} while away`] : [n])).flat();
    expect(seen).toEqual(expected.filter((n) => typeof n === 'string' || n % 3 !== 0));
  });

  it('that has seen nothing yet goes on from where it began', async () => {
    const first = await server();
    await first.store.set('ns', 'k', json(0));
    const stream = (await connected(first, quick)).watch();
    expect(stream.live).toBe(false);
    await stream.ready;
    expect(stream.live).toBe(true);
    first.kill();
    await until(() => !stream.live);
    await first.store.set('ns', 'k', json(1));
    await server({ port: first.port, store: first.store });
    expect(await take(stream, 1)).toEqual([1]);
    expect(stream.live).toBe(true);
    stream.close();
    expect(stream.live).toBe(false);
  });

  it('does not go on in another log', async () => {
    const first = await server();
    const stream = (await connected(first, quick)).watch();
    await stream.ready;
    await first.store.set('ns', 'k', json(1));
    await take(stream, 1);
    first.kill();
    await server({ port: first.port });
    await expectCode(stream.next(), 'revision_compacted');
    expect(await stream.next()).toMatchObject({ done: true });
  });

  it('tells each failure to a callback that may throw, and begins once the server lets it', async () => {
    const told: ConfigError[] = [];
    const onError = (error: ConfigError): void => {
      told.push(error);
      throw new Error('not my fault');
    };
    const flaky = await server({ middleware: watchesMeet((n) => (n < 3 ? lost() : undefined)) });
    const remote = await connected(flaky, { watch: { initialBackoffMs: 1, maxErrors: 3, onError } });
    await remote.find('ns');
    const stream = remote.watch();
    await stream.ready;
    expect(told.map(({ code, message }) => [code, message])).toEqual(Array(3).fill(['unavailable', 'lost']));
    await flaky.store.set('ns', 'k', json(1));
    expect(await take(stream, 1)).toEqual([1]);
  });

  it('ends after too many failures in a row, with the last one', async () => {
    const down = await server({ middleware: watchesMeet(lost) });
    const remote = await connected(down, { watch: { initialBackoffMs: 1, maxErrors: 4 } });
    await remote.find('ns');
    const stream = remote.watch();
    await expectCode(stream.ready, 'unavailable');
    await expectCode(stream.next(), 'unavailable');
    expect(await stream.next()).toMatchObject({ done: true });
    expect(down.calls.filter((call) => call === 'Watch')).toHaveLength(5);
  });

  it('ends at once where trying again cannot help, or is not wanted', async () => {
    const denied = new ServerError(Status.PERMISSION_DENIED, 'not yours');
    const strict = await server({ middleware: watchesMeet(() => denied) });
    await expectCode((await connected(strict, quick)).watch().next(), 'permission_denied');
    expect(strict.calls.filter((call) => call === 'Watch')).toHaveLength(1);
    const down = await server({ middleware: watchesMeet(lost) });
    await expectCode((await connected(down, { watch: { reconnect: false } })).watch().next(), 'unavailable');
    await expectCode((await connected(down, quick)).watch({}, { startRevision: -1 }).next(), 'invalid_argument');
  });

  it('reads ahead no further than its buffer, and holds its server back', async () => {
    let sent = 0;
    const busy = await server({
      async *middleware(call, context) {
        if (!call.responseStream) return yield* call.next(call.request, context);
        for await (const message of call.next(call.request, context)) {
          sent += 1;
          yield message;
        }
        return;
      },
    });
    const remote = await connected(busy, { watch: { bufferSize: 10 } });
    const stream = remote.watch();
    await stream.ready;
    const value = { bytes: Buffer.alloc(50_000, 'x'), codec: 'raw', type: 'custom' } as const;
    for (let n = 0; n < 500; n += 1) await busy.store.set('ns', `k${n}`, value);
    // Other calls of the same connection go on meanwhile.
    for (let n = 0; n < 20; n += 1) expect((await remote.get('ns', `k${n}`)).version).toBe(1);
    expect(sent).toBeLessThan(250);
    let atHand = 0;
    while (stream.take?.()) atHand += 1;
    expect(atHand).toBe(10);
    for (let n = atHand; n < 500; n += 1)
      expect(await stream.next()).toMatchObject({ value: { entry: { key: `k${n}` } } });
  });

  it('is over on the server soon after it is closed here', async () => {
    let open = 0;
    const watched = await server({
      async *middleware(call, context) {
        const counts = call.method.path.endsWith('/Watch');
        if (counts) open += 1;
        try {
          return yield* call.next(call.request, context);
        } finally {
          if (counts) open -= 1;
        }
      },
    });
    const remote = await connected(watched);
    const controller = new AbortController();
    const streams = [remote.watch(), remote.watch({}, { signal: controller.signal }), remote.watch()];
    await Promise.all(streams.map((stream) => stream.ready));
    expect(open).toBe(3);
    streams[0]?.close();
    controller.abort();
    await streams[2]?.[Symbol.asyncDispose]();
    await until(() => open === 0);
    const last = remote.watch();
    await last.ready;
    await remote.close();
    await until(() => open === 0);
    await expectCode(last.next(), 'closed');
  });

  it('tells deletions as tombstones, and progress only to who wants it', async () => {
    const { store: behind, ...rest } = await server();
    const remote = await connected({ store: behind, ...rest });
    const stream = remote.watch({}, { progress: true });
    const { revision, logId } = await remote.revision();
    expect(await stream.next()).toMatchObject({ value: { type: 'progress', revision, logId } });
    await behind.set('ns', 'k', json(1));
    await behind.delete('ns', 'k');
    expect(await stream.next()).toMatchObject({ value: { type: 'set', revision: 1, entry: { deleted: false } } });
    const deletion = (await stream.next()).value as Change;
    expect(deletion).toMatchObject({
      type: 'delete',
      revision: 2,
      entry: { namespace: 'ns', key: 'k', deleted: true },
    });
    expect(deletion.entry.bytes).toHaveLength(0);
  });

  it('misses nothing from the call on, though its server is away then', async () => {
    const first = await server();
    const remote = await connected(first, quick);
    await remote.set('ns', 'k', json(0));
    await remote.find('ns');
    first.kill();
    await until(() => remote.state.status !== 'connected');
    await using stream = remote.watch();
    const seen = take(stream, 2);
    await first.store.set('ns', 'k', json(1));
    await server({ port: first.port, store: first.store });
    await first.store.set('ns', 'k', json(2));
    expect(await seen).toEqual([1, 2]);
  });

  it('fails where it has come late and cannot tell from where, without a word of the log', async () => {
    const first = await server();
    const remote = await connected(first, quick);
    first.kill();
    await until(() => remote.state.status !== 'connected');
    const stream = remote.watch();
    await server({ port: first.port, store: first.store });
    await expectCode(stream.ready, 'unavailable');
    await expectCode(stream.next(), 'unavailable');
    await until(() => remote.state.status === 'connected');
    await using again = remote.watch();
    await again.ready;
  });

  it('is not opened again for who does that by itself', async () => {
    const flaky = await server({ middleware: watchesMeet((n) => (n === 0 ? lost() : undefined)) });
    const remote = await connected(flaky, quick);
    await remote.find('ns');
    await expectCode(remote.watch({}, { resume: false }).next(), 'unavailable');
    expect(flaky.calls.filter((call) => call === 'Watch')).toHaveLength(1);
  });

  it('tells what belongs together', async () => {
    const { store: behind, ...rest } = await server();
    await using stream = (await connected({ store: behind, ...rest })).watch();
    await stream.ready;
    await behind.batch('ns', [
      { type: 'set', key: 'a', value: json(1) },
      { type: 'set', key: 'b', value: json(2) },
    ]);
    expect(await stream.next()).toMatchObject({ value: { more: true } });
    expect(await stream.next()).toMatchObject({ value: { more: false } });
  });

  it('ends at once, also while a read waits', async () => {
    const stream = (await connected(await server())).watch();
    await stream.ready;
    const waiting = stream.next();
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});
