import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startServer } from './index.js';

it('tells for how long an idle connection stays open', async () => {
  const ports = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };
  const told = async (options: object): Promise<string | undefined> => {
    await using server = await startServer({ ...ports, ...options });
    const [host, port] = server.httpAddress.split(':');
    const socket = connect(Number(port), host);
    socket.write('GET /v1/codecs HTTP/1.1\r\nhost: x\r\n\r\n');
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.destroy();
    return /^keep-alive: timeout=(\d+)/im.exec(answer.toString())?.[1];
  };
  expect(await told({})).toBe('72');
  expect(await told({ keepAliveMs: 9_000 })).toBe('9');
});
