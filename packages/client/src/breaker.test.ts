import { type CallContext, Metadata, ServerError, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { expectCode, json } from './test/expect-code.js';
import { harness, until } from './test/harness.js';
import type { TestServerOptions } from './test/server.js';

const { server, store, connected } = harness();
const once = { maxRetries: 0 };

/** Fails the Gets while `fault` says so. */
const gets = (fault: (context: CallContext) => Error | undefined): TestServerOptions['middleware'] =>
  async function* (call, context) {
    const error = call.method.path.endsWith('/Get') ? fault(context) : undefined;
    if (error) throw error;
    return yield* call.next(call.request, context);
  };

describe('the circuit breaker', () => {
  it('fails calls at once while the server is out of reach, and lets one through to see', async () => {
    let down = false;
    const unreachable = new ServerError(Status.UNAVAILABLE, 'no route');
    const behind = await server({ middleware: gets(() => (down ? unreachable : undefined)) });
    const states: string[] = [];
    const remote = await connected(behind, {
      retry: once,
      circuitBreaker: { failures: 3, resetAfterMs: 150 },
      onStateChange: ({ status }) => states.push(status),
    });
    await remote.set('ns', 'a', json(1));
    down = true;
    for (let i = 0; i < 3; i += 1) await expectCode(remote.get('ns', 'a'), 'unavailable');
    expect(remote.state).toMatchObject({ status: 'broken', error: { code: 'unavailable' } });
    const calls = behind.calls.length;
    const error = await expectCode(remote.get('ns', 'a'), 'unavailable');
    expect(error.message).toContain('3 times in a row: ');
    expect(error.message).toContain('no route');
    expect(behind.calls.length).toBe(calls);
    expect(await remote.health()).toEqual({ ok: true });
    down = false;
    await new Promise((resolve) => setTimeout(resolve, 200));
    await Promise.all([remote.get('ns', 'a'), remote.get('ns', 'a')]);
    expect(remote.state.status).toBe('connected');
    expect(states).toEqual(['connecting', 'connected', 'broken', 'connected']);
  });

  it('does not count answers, be they refusals', async () => {
    const remote = await connected(await server(), { retry: once, circuitBreaker: { failures: 2 } });
    for (let i = 0; i < 5; i += 1) await expectCode(remote.get('ns', 'none'), 'not_found');
    expect(remote.state.status).toBe('connected');
  });

  it('counts calls that got no answer in time', async () => {
    const slow = await server({
      async *middleware(call, context) {
        if (call.method.path.endsWith('/Get')) await new Promise((resolve) => setTimeout(resolve, 500));
        return yield* call.next(call.request, context);
      },
    });
    const remote = await connected(slow, { retry: once, callTimeoutMs: 30, circuitBreaker: { failures: 2 } });
    for (let i = 0; i < 2; i += 1) await expectCode(remote.get('ns', 'a'), 'deadline_exceeded');
    await expectCode(remote.get('ns', 'a'), 'unavailable');
  });
});

describe('a limit of calls', () => {
  it('is waited for as the server says, and not where that is too long', async () => {
    let refusals = 2;
    let seconds = '0.02';
    const limited = await server({
      middleware: gets(({ trailer }) => {
        if (refusals === 0) return undefined;
        refusals -= 1;
        trailer.set('retry-after', seconds);
        return new ServerError(Status.RESOURCE_EXHAUSTED, 'too many calls');
      }),
    });
    await limited.store.set('ns', 'a', json(1));
    const remote = await connected(limited, { retry: { maxBackoffMs: 100 } });
    expect((await remote.get('ns', 'a')).version).toBe(1);
    expect(limited.calls.filter((call) => call === 'Get')).toHaveLength(3);
    refusals = 1;
    seconds = '60';
    await expectCode(remote.get('ns', 'a'), 'resource_exhausted');
    expect((await remote.get('ns', 'a')).version).toBe(1);
  });
});

describe('a token that the server refuses', () => {
  it('is asked for again, once for all who were refused, and the calls are made again', async () => {
    let valid = 'first';
    const tokens: (string | undefined)[] = [];
    const strict = await server({
      async *middleware(call, context) {
        if (Metadata(context.metadata).get('authorization') !== `Bearer ${valid}`) {
          throw new ServerError(Status.UNAUTHENTICATED, 'expired');
        }
        return yield* call.next(call.request, context);
      },
    });
    let held = 'first';
    const remote = store(strict.address, {
      token({ refused }) {
        if (refused !== undefined) {
          tokens.push(refused);
          held = valid;
        }
        return held;
      },
    });
    await remote.connect();
    await remote.set('ns', 'a', json(1));
    valid = 'second';
    const stream = remote.watch({ namespaces: ['ns'] });
    await Promise.all([...Array.from({ length: 10 }, () => remote.get('ns', 'a')), stream.ready]);
    expect(tokens).toEqual(['first']);
    valid = 'lost';
    held = 'second';
    await until(() => true);
    const stubborn = store(strict.address, { token: () => 'wrong' });
    expect((await expectCode(stubborn.connect(), 'unauthenticated')).message).toBe('expired');
    stream.close();
  });
});

describe('words', () => {
  it('say what is likely to be wrong', async () => {
    const plain = await server();
    const secure = store(plain.address, { insecure: false, connectTimeoutMs: 500 });
    const error = await expectCode(secure.connect(), 'unavailable');
    expect(error.message).toContain('insecure: true');
    expect(error.message).not.toContain('Resolution note');
    plain.kill();
    const gone = await expectCode(store(plain.address, { connectTimeoutMs: 200 }).connect(), 'unavailable');
    expect(gone.message).toMatch(/ECONNREFUSED 127\.0\.0\.1:\d+$/);
  });

  it.each(['localhost', 'localhost:99999', 'localhost:0', 'local:host:1', 'localhost:'])('refuse %s', (address) => {
    expect(() => store(address)).toThrow(/address .* must /);
  });

  it.each(['localhost:1', '[::1]:9090', 'dns:///a.b:1', 'unix:///tmp/x', 'unix:/tmp/x', 'ipv4:127.0.0.1:1'])(
    'take %s',
    (address) => {
      store(address);
    },
  );
});
