import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { inOrder } from './in-order.js';

async function serving(handle: RequestListener, tooMany: (connection: Socket) => void = () => {}): Promise<Socket> {
  const server = createServer().on('request', inOrder(handle, tooMany));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
}

const requests = (count: number): string =>
  Array.from({ length: count }, (_, at) => `GET /${at} HTTP/1.1\r\nhost: localhost\r\n\r\n`).join('');

it('handles the requests of a connection one after the other, in their order', async () => {
  let [underWay, most] = [0, 0];
  const seen: string[] = [];
  const socket = await serving(async ({ url = '' }, response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    seen.push(url);
    await sleep(1);
    underWay -= 1;
    response.end(`<${url}>`);
  });
  let text = '';
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  // Twice, as a line that is empty begins again.
  for (const round of [1, 2]) {
    socket.write(requests(20));
    while (text.split('</19>').length <= round) await once(socket, 'data');
  }
  expect(most).toBe(1);
  const order = Array.from({ length: 20 }, (_, at) => `/${at}`);
  expect(seen).toEqual([...order, ...order]);
  expect([...text.matchAll(/<(.*?)>/g)].map(([, url]) => url)).toEqual(seen);
});

it('closes a connection on which too many wait', async () => {
  const told: Socket[] = [];
  let handled = 0;
  const socket = await serving(
    (_, response) => {
      handled += 1;
      response.end();
    },
    (connection) => told.push(connection),
  );
  socket.resume().write(requests(50_000));
  await new Promise((resolve) => socket.once('close', resolve));
  expect(told).toHaveLength(1);
  expect(handled).toBeLessThan(5_000);
});
