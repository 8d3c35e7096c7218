import { fileURLToPath } from 'node:url';
import { createClient as createConnectClient } from '@connectrpc/connect';
import { compressionGzip, createGrpcTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type Server } from './index.js';
import { finished, goProgram, pythonWith } from './test/interop/programs.js';
import { testService } from './test/interop/proto.js';
import { type TestMessage, TestServiceDefinition, testServiceImplementation } from './test/interop/service.js';

const [h2spec, goClient, python] = await Promise.all([
  goProgram('h2spec', 'github.com/summerwind/h2spec/cmd/h2spec@latest'),
  goProgram('client', 'google.golang.org/grpc/interop/client@latest'),
  pythonWith('grpc'),
]);
const minutes = 60_000;

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer();
  server.add(TestServiceDefinition, testServiceImplementation as never);
  port = await server.listen('127.0.0.1:0');
});

afterAll(() => server.forceShutdown());

describe.skipIf(h2spec === undefined)('h2spec', () => {
  it.each(['generic', 'http2', 'hpack'])(
    'passes every test of %s',
    async (section) => {
      const { code, output } = await finished(h2spec as string, ['-h', '127.0.0.1', '-p', String(port), section]);
      expect(output).toMatch(/\d+ tests, \d+ passed, 0 skipped, 0 failed/);
      expect(code).toBe(0);
    },
    2 * minutes,
  );
});

describe.skipIf(goClient === undefined)('the interop cases with the client of grpc-go', () => {
  it.each([
    'empty_unary',
    'large_unary',
    'client_streaming',
    'server_streaming',
    'ping_pong',
    'empty_stream',
    'timeout_on_sleeping_server',
    'cancel_after_begin',
    'cancel_after_first_response',
    'status_code_and_message',
    'special_status_message',
    'custom_metadata',
    'unimplemented_method',
    'unimplemented_service',
  ])('%s', async (testCase) => {
    const flags = ['--server_host=127.0.0.1', `--server_port=${port}`, `--test_case=${testCase}`];
    const { code, output } = await finished(goClient as string, flags);
    expect({ code, output }).toMatchObject({ code: 0 });
  });
});

describe.skipIf(python === undefined)('the interop cases with the client of grpcio', () => {
  it('pass', async () => {
    const program = fileURLToPath(new URL('../src/test/interop/grpcio_client.py', import.meta.url));
    expect(await finished(python as string, [program, `127.0.0.1:${port}`])).toEqual({
      code: 0,
      output: 'all cases passed\n',
    });
  });
});

/** The service that connect-node and nice-grpc call alike. */
interface TestClient {
  emptyCall(request: object): Promise<TestMessage>;
  unaryCall(request: object): Promise<TestMessage>;
  streamingInputCall(requests: AsyncIterable<object>): Promise<TestMessage>;
  streamingOutputCall(request: object): AsyncIterable<TestMessage>;
  fullDuplexCall(requests: AsyncIterable<object>): AsyncIterable<TestMessage>;
}

describe.each([
  [
    'connect-node',
    () =>
      createConnectClient(
        testService,
        createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` }),
      ) as unknown as TestClient,
  ],
  [
    'connect-node with gzip',
    () => {
      const transport = createGrpcTransport({
        baseUrl: `http://127.0.0.1:${port}`,
        compressMinBytes: 10,
        sendCompression: compressionGzip,
      });
      return createConnectClient(testService, transport) as unknown as TestClient;
    },
  ],
])('the interop cases with %s', (_name, connect) => {
  async function* each(...items: object[]): AsyncGenerator<object> {
    yield* items;
  }
  const sizes = async (answers: AsyncIterable<TestMessage>): Promise<(number | undefined)[]> => {
    const all: (number | undefined)[] = [];
    for await (const { payload } of answers) all.push(payload?.body.length);
    return all;
  };
  const body = (size: number) => ({ payload: { body: new Uint8Array(size) } });

  it('pass', async () => {
    const client = connect();
    await client.emptyCall({});
    const large = await client.unaryCall({ responseSize: 314_159, ...body(271_828) });
    expect(large.payload?.body.length).toBe(314_159);
    const sum = await client.streamingInputCall(each(body(27_182), body(8), body(1_828), body(45_904)));
    expect(sum.aggregatedPayloadSize).toBe(74_922);
    const responseParameters = [31_415, 9, 2_653, 58_979].map((size) => ({ size }));
    expect(await sizes(client.streamingOutputCall({ responseParameters }))).toEqual([31_415, 9, 2_653, 58_979]);
    expect(await sizes(client.fullDuplexCall(each({ responseParameters }, { responseParameters })))).toHaveLength(8);
    expect(await sizes(client.fullDuplexCall(each()))).toEqual([]);
    const message = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
    await expect(client.unaryCall({ responseStatus: { code: 2, message } })).rejects.toMatchObject({
      code: 2,
      rawMessage: message,
    });
  });
});
