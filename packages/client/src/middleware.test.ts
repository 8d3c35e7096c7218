import { type CallContext, Metadata, ServerError, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { expectCode, json } from './test/expect-code.js';
import { harness } from './test/harness.js';
import type { TestServer, TestServerOptions } from './test/server.js';

const { server, store, connected } = harness();
const quick = { retry: { initialBackoffMs: 1, maxBackoffMs: 5 } };

/** Fails `times` calls of the method after they were done, as a connection that is lost before the answer. */
function losing(
  method: string,
  times: number,
  status: Status = Status.UNAVAILABLE,
  message = 'lost',
): TestServerOptions['middleware'] {
  let left = times;
  return async function* (call, context) {
    const answer = yield* call.next(call.request, context);
    if (!call.method.path.endsWith(`/${method}`) || left === 0) return answer;
    left -= 1;
    throw new ServerError(status, message);
  };
}

const count = (to: TestServer, method: string): number => to.calls.filter((call) => call === method).length;

describe('retries', () => {
  it('try a read again, up to the limit', async () => {
    const flaky = await server({ middleware: losing('List', 3) });
    const remote = await connected(flaky, quick);
    expect((await remote.find('ns')).entries).toEqual([]);
    expect(count(flaky, 'List')).toBe(4);
    const down = await server({ middleware: losing('List', 99) });
    await expectCode((await connected(down, { retry: { ...quick.retry, maxRetries: 2 } })).find('ns'), 'unavailable');
    expect(count(down, 'List')).toBe(3);
  });

  it('write once, whatever is lost: each write has a request id', async () => {
    const flaky = await server({ middleware: losing('Set', 2) });
    const remote = await connected(flaky, quick);
    expect((await remote.set('ns', 'a', json(1), { mode: 'create' })).version).toBe(1);
    expect((await remote.set('ns', 'a', json(2), { ifVersion: 1 })).version).toBe(2);
    expect(count(flaky, 'Set')).toBe(4);
    const forgetful = await server({ middleware: losing('Delete', 1), store: flaky.store });
    await (await connected(forgetful, quick)).delete('ns', 'a');
    expect(count(forgetful, 'Delete')).toBe(2);
  });

  it('without request ids try plain upserts again, and no other write', async () => {
    const flaky = await server({ middleware: losing('Set', 1), features: ['cas'] });
    const remote = await connected(flaky, quick);
    await remote.set('ns', 'a', json(1));
    expect(count(flaky, 'Set')).toBe(2);
    const down = await server({ middleware: losing('Set', 9), features: ['cas'] });
    const other = await connected(down, quick);
    await expectCode(other.set('ns', 'a', json(1), { mode: 'create' }), 'unavailable');
    await expectCode(other.set('ns', 'a', json(1), { ifVersion: 1 }), 'unavailable');
    expect(count(down, 'Set')).toBe(2);
    const silent = await server({ middleware: losing('SetAlias', 9) });
    await expectCode((await connected(silent, quick)).setAlias('al', 'key'), 'unavailable');
    expect(count(silent, 'SetAlias')).toBe(1);
  });

  it('leave alone what will not pass', async () => {
    for (const status of [Status.PERMISSION_DENIED, Status.INTERNAL, Status.RESOURCE_EXHAUSTED, Status.UNKNOWN]) {
      const firm = await server({ middleware: losing('List', 9, status) });
      await expect((await connected(firm, quick)).find('ns')).rejects.toMatchObject({ message: 'lost' });
      expect(count(firm, 'List')).toBe(1);
    }
    const closed = await server();
    const remote = await connected(closed, quick);
    await closed.store.close();
    await expectCode(remote.find('ns', { limit: -1 }), 'invalid_argument');
    expect(count(closed, 'List')).toBe(0);
  });

  it('are made of a store that is closed behind its server, and of a session that was lost', async () => {
    const closed = await server();
    await closed.store.close();
    await expectCode((await connected(closed, quick)).get('ns', 'a'), 'unavailable');
    expect(count(closed, 'Get')).toBe(4);
    const cut = await server({ middleware: losing('List', 1, Status.INTERNAL, 'Received RST_STREAM with code 2') });
    await (await connected(cut, quick)).find('ns');
    expect(count(cut, 'List')).toBe(2);
  });

  it('stop when the signal fires', async () => {
    const down = await server({ middleware: losing('List', 99) });
    const remote = await connected(down, { retry: { initialBackoffMs: 60_000, maxBackoffMs: 60_000 } });
    const reason = new Error('enough');
    const controller = new AbortController();
    const call = remote.find('ns', {}, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(call).rejects.toBe(reason);
  });
});

describe('callTimeoutMs', () => {
  it('limits each try', async () => {
    let slow = 2;
    const server2 = await server({
      async *middleware(call, context) {
        if (call.method.path.endsWith('/Get') && slow-- > 0) {
          await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
        }
        return yield* call.next(call.request, context);
      },
    });
    const remote = await connected(server2, { ...quick, callTimeoutMs: 300 });
    await expectCode(remote.get('ns', 'a'), 'not_found');
    expect(count(server2, 'Get')).toBe(3);
  });

  it('fails with deadline_exceeded, also when it is the token that does not come', async () => {
    const remote = await connected(await server(), { callTimeoutMs: 500, retry: { maxRetries: 0 } });
    await expectCode(remote.get('ns', 'a'), 'not_found');
    let token: () => Promise<string> = async () => 't';
    const other = store((await server()).address, {
      callTimeoutMs: 50,
      retry: { maxRetries: 0 },
      token: () => token(),
    });
    await other.connect();
    token = () => new Promise(() => {});
    await expectCode(other.get('ns', 'a'), 'deadline_exceeded');
  });
});

describe('credentials', () => {
  const seen: (string | undefined)[] = [];
  const note: TestServerOptions['middleware'] = async function* (call, context: CallContext) {
    seen.push([context.metadata.get('authorization'), context.metadata.get('x-team')].join(' ').trim());
    return yield* call.next(call.request, context);
  };

  it('are sent with every call and every watch; a function is asked for each', async () => {
    const guarded = await server({ middleware: note });
    let n = 0;
    const remote = await connected(guarded, { token: async () => (n++ === 1 ? undefined : `t${n}`) });
    await expectCode(remote.get('ns', 'a'), 'not_found');
    await remote.find('ns');
    const stream = remote.watch();
    await stream.ready;
    expect(seen.splice(0)).toEqual(['Bearer t1', '', 'Bearer t3', 'Bearer t4']);
  });

  it('can be of any other scheme, by middleware', async () => {
    const remote = await connected(await server({ middleware: note }), {
      token: 'fixed',
      middleware: [
        async function* (call, options) {
          return yield* call.next(call.request, {
            ...options,
            metadata: Metadata(options.metadata).set('x-team', 'a'),
          });
        },
      ],
    });
    await remote.find('ns');
    expect(seen.splice(0)).toEqual(['Bearer fixed a', 'Bearer fixed a']);
  });

  it('a token function that fails or answers nonsense is unauthenticated, and the token is not told', async () => {
    let token: () => unknown = () => 'fine';
    const remote = await connected(await server(), { token: (() => token()) as () => string });
    token = () => {
      throw new Error('no vault');
    };
    await expectCode(remote.get('ns', 'a'), 'unauthenticated');
    token = () => 'secret\r\nx: y';
    const error = await expectCode(remote.get('ns', 'a'), 'unauthenticated');
    expect(`${error.stack}${error.cause}`).not.toContain('secret');
    token = () => 7;
    await expectCode(remote.get('ns', 'a'), 'unauthenticated');
  });

  it('a middleware that breaks its promise is an internal error of the call', async () => {
    let broken = false;
    const remote = await connected(await server(), {
      middleware: [
        async function* (call, options) {
          if (!broken) return yield* call.next(call.request, options);
          return undefined as never;
        },
      ],
    });
    broken = true;
    await expectCode(remote.get('ns', 'a'), 'internal');
  });
});
