import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer } from './index.js';

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ grpc: '127.0.0.1:0', http: '127.0.0.1:0' });
});

afterAll(() => server.close());

/** Sends `first`, and `then` as soon as something has come back; answers all that came until the server hung up. */
function say(first: string, then = ''): Promise<string> {
  const [host = '', port] = server.httpAddress.split(':');
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(Number(port), host, () => socket.write(first));
    socket.once('data', () => socket.write(then));
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });
}

const errorObject = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));

test.each([
  ['headers over the limit', `GET /v1/codecs HTTP/1.1\r\nHost: localhost\r\nx-big: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ['a path over the limit', `GET /v1/namespaces/n/keys/${'y'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
  ['what is not HTTP', 'HELLO\r\n\r\n', 400],
  [
    'a body in broken chunks',
    'POST /v1/namespaces/n/keys/k HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    400,
  ],
])('answers %s with the error object', async (_, request, status) => {
  const answer = await say(request);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain('content-type: application/json\r\n');
  expect(errorObject(answer)).toEqual({ code: 3, message: expect.any(String), details: [] });
});

test('adds nothing to an answer that is under way', async () => {
  const answer = await say('GET /v1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n', 'HELLO\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect(answer).not.toContain('not HTTP');
});
