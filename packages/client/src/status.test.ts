import { ConfigError, type ErrorCode, errorCodes } from '@cfg/core';
import { ConfigServiceDefinition } from '@cfg/proto';
import { ClientError, createServer, Status } from 'nice-grpc';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RemoteStore } from './remote-store.js';
import { toConfigError } from './status.js';
import { expectCode } from './test/expect-code.js';
import { startServer, type TestServer } from './test/server.js';

describe('errors of a server', () => {
  let failure: unknown;
  let trailer: Uint8Array | undefined;
  let server: TestServer;
  let store: RemoteStore;
  beforeAll(async () => {
    server = await startServer({
      async *middleware(call, context) {
        if (call.method.path.endsWith('/ListCodecs')) return yield* call.next(call.request, context);
        if (trailer) context.trailer.set('grpc-status-details-bin', trailer);
        throw failure;
      },
    });
    store = new RemoteStore(server.address, { insecure: true, retry: { maxRetries: 0 } });
    await store.connect();
    return async () => {
      await store.close();
      server.kill();
    };
  });
  afterEach(() => {
    trailer = undefined;
  });

  it.each(errorCodes)('%s arrives as itself, with its message and metadata', async (code: ErrorCode) => {
    failure = new ConfigError(code, `it is ${code}`, { metadata: { current_version: '7' } });
    // That the server's store is closed says nothing of this one: it may be there again.
    const own = ['closed', 'not_connected'].includes(code);
    const error = await expectCode(store.get('ns', 'a'), own ? 'unavailable' : code);
    expect(error.message).toBe(`it is ${code}`);
    expect(error.cause).toBeInstanceOf(ClientError);
    if (['version_mismatch', 'not_found'].includes(code)) expect(error.metadata).toEqual({ current_version: '7' });
  });

  it.each([
    [Status.NOT_FOUND, 'version not found: prod/k', 'version_not_found'],
    [Status.NOT_FOUND, 'alias not found: x', 'not_found'],
    [Status.ALREADY_EXISTS, 'config: alias "x" already exists', 'alias_exists'],
    [Status.ALREADY_EXISTS, 'exists', 'key_exists'],
    [Status.UNIMPLEMENTED, 'store does not support versioning', 'versioning_not_supported'],
    [Status.UNIMPLEMENTED, 'unknown method', 'unsupported'],
    [Status.FAILED_PRECONDITION, 'read only', 'read_only'],
    [Status.UNKNOWN, '', 'internal'],
    [Status.DATA_LOSS, 'lost', 'internal'],
    [Status.INTERNAL, 'internal error', 'internal'],
    [Status.INTERNAL, 'Received RST_STREAM with code 2 (Internal server error)', 'unavailable'],
  ] as const)('without details, %s "%s" goes by the code and its words', (status, message, code) => {
    expect(toConfigError(new ClientError('/x', status, message))).toMatchObject({ code });
  });

  it.each([
    [
      'No connection established. Last error: Error: connect ECONNREFUSED 1.2.3.4:5. Resolution note: ',
      'connect ECONNREFUSED 1.2.3.4:5',
    ],
    [
      'No connection established. Last error: Protocol error (2026-11-26T15:48:08.216Z)',
      'Protocol error (does the server ask for TLS, and is insecure: true set?)',
    ],
    [
      'No connection established. Last error: Failed to connect (2026-11-26T15:48:05.570Z)',
      'Failed to connect (does the server ask for TLS, and is insecure: true set?)',
    ],
    [
      'No connection established. Last error: Error: 404D:error:0A00010B:SSL routines:tls_validate:wrong version number:../deps/tlsany_meth.c:77:',
      'TLS: wrong version number (the server seems to be without TLS: insecure: true talks to it in the clear)',
    ],
    ['', 'UNAVAILABLE'],
  ])('what the channel says is told plainly: %s', (details, message) => {
    expect(toConfigError(new ClientError('/x', Status.UNAVAILABLE, details))).toMatchObject({
      code: 'unavailable',
      message,
    });
  });

  it('of malformed details nothing is believed, and nothing breaks', async () => {
    trailer = new Uint8Array([10, 255, 255, 255, 255]);
    failure = new ConfigError('permission_denied', 'no');
    await expectCode(store.get('ns', 'a'), 'permission_denied');
    await expectCode(store.watch().next(), 'permission_denied');
  });

  it('an answer without an entry is an error of its own', async () => {
    const broken = createServer();
    broken.add(ConfigServiceDefinition, {
      ...Object.fromEntries(Object.keys(ConfigServiceDefinition).map((name) => [name, async () => ({ codecs: [] })])),
    } as never);
    const port = await broken.listen('127.0.0.1:0');
    await using other = new RemoteStore(`127.0.0.1:${port}`, { insecure: true });
    await other.connect();
    await expectCode(other.get('ns', 'a'), 'internal');
    broken.forceShutdown();
  });
});
