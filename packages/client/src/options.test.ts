import { describe, expect, it } from 'vitest';
import { completeOptions, type RemoteStoreOptions } from './options.js';
import { RemoteStore } from './remote-store.js';

describe('options', () => {
  it('have the defaults of the contract', () => {
    expect(completeOptions({}, true)).toMatchObject({
      insecure: false,
      token: undefined,
      retry: { maxRetries: 3, initialBackoffMs: 100, maxBackoffMs: 5_000 },
      callTimeoutMs: 10_000,
      circuitBreaker: undefined,
      connectTimeoutMs: 10_000,
      watch: { reconnect: true, backoff: { initialMs: 1_000, maxMs: 30_000 }, maxErrors: 10, bufferSize: 100 },
      keepalive: { intervalMs: 30_000, timeoutMs: 10_000 },
    });
  });

  it.each([
    [{ retry: { maxRetries: -1 } }, 'retry.maxRetries'],
    [{ retry: { initialBackoffMs: Number.NaN } }, 'retry.initialBackoffMs'],
    [{ callTimeoutMs: 0 }, 'callTimeoutMs'],
    [{ callTimeoutMs: 2 ** 31 }, 'callTimeoutMs'],
    [{ connectTimeoutMs: '1' as unknown as number }, 'connectTimeoutMs'],
    [{ watch: { bufferSize: 0 } }, 'watch.bufferSize'],
    [{ watch: { initialBackoffMs: 0 } }, 'watch.initialBackoffMs'],
    [{ watch: { initialBackoffMs: 10, maxBackoffMs: 5 } }, 'watch.maxBackoffMs'],
    [{ watch: { reconnect: 'yes' as unknown as boolean } }, 'watch.reconnect'],
    [{ keepalive: { intervalMs: 1.5 } }, 'keepalive.intervalMs'],
    [{ token: 'two words' }, 'token'],
    [{ token: 'line\nbreak' }, 'token'],
    [{ middleware: [1 as never] }, 'middleware[0]'],
    [{ onStateChange: 'x' as never }, 'onStateChange'],
    [{ insecure: true, tls: {} }, 'tls'],
    [{ tls: { cert: 'x' } }, 'tls'],
    [{ circuitbreaker: {} } as RemoteStoreOptions, 'circuitbreaker'],
  ] satisfies [RemoteStoreOptions, string][])('%o is refused by name', (options, name) => {
    expect(() => new RemoteStore('localhost:1', options)).toThrowError(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(`option ${name} `) }),
    );
  });

  it('an address is checked, and must agree about TLS', () => {
    for (const address of ['', 'two words', 7 as never, undefined as never, null as never]) {
      expect(() => new RemoteStore(address)).toThrowError(/address/);
    }
    expect(() => new RemoteStore('http://localhost:1')).toThrowError(/insecure/);
    expect(() => new RemoteStore('https://localhost:1', { insecure: true })).toThrowError(/insecure/);
    new RemoteStore('http://localhost:1', { insecure: true });
  });

  it('a ready-made client takes no options about a connection', () => {
    const client = { get: () => {} } as never;
    expect(() => new RemoteStore({ client }, { insecure: true })).toThrowError(/option insecure/);
    expect(() => new RemoteStore({ client: {} as never })).toThrowError(/client/);
    new RemoteStore({ client }, { callTimeoutMs: 5 });
  });
});
