import http2 from 'node:http2';
import { WatchRequest } from '@cfg/proto';
import { startServer } from './lib/child.js';
import { messageCounter } from './lib/driver.js';
import { plain, title } from './lib/report.js';

/* What the memory store and stuck watchers weigh, as the resident size of the server's process. */

const mb = 1024 * 1024;
title('Memory');
{
  const server = await startServer('ours');
  const before = await server.tell('memory');
  await server.tell('fill', 100_000);
  const grown = ((await server.tell('memory')) - before) / mb;
  plain('100,000 keys of 100 bytes', grown, 'MB', '<= 250', grown <= 250);
  server.stop();
}

/** 1,000 watchers that open a stream and do not read, while 100,000 changes match; then they read. */
const server = await startServer('ours');
const changes = 100_000;
const watchers = 1_000;
const request = Buffer.from(WatchRequest.encode(WatchRequest.fromPartial({ namespaces: ['watched'] })).finish());
const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, request.length]), request]);
const headers = {
  ':method': 'POST',
  ':path': '/config.v1.ConfigService/Watch',
  'content-type': 'application/grpc',
  te: 'trailers',
};
const open = (): Promise<http2.ClientHttp2Stream> =>
  new Promise((resolve, reject) => {
    const session = http2.connect(`http://127.0.0.1:${server.port}`);
    const stream = session.request(headers);
    stream.on('response', () => resolve(stream)).on('error', reject);
    stream.end(frame);
  });

const streams: http2.ClientHttp2Stream[] = [];
for (let i = 0; i < watchers; i += 50) streams.push(...(await Promise.all(Array.from({ length: 50 }, open))));
const quiet = await startServer('ours');
const quietBefore = await quiet.tell('memory');
await quiet.tell('change', changes);
const alone = ((await quiet.tell('memory')) - quietBefore) / mb;
quiet.stop();
const before = await server.tell('memory');
await server.tell('change', changes);
const grown = ((await server.tell('memory')) - before) / mb;
plain('100,000 changes nobody watches', alone, 'MB', 'for comparison', true);
plain('1,000 stuck watchers, 100,000 changes', grown, 'MB', '<= 64', grown <= 64);

/** Whether a stuck client, once it reads, gets each change: as many messages, not one more or less, or an error. */
const readAll = (stream: http2.ClientHttp2Stream): Promise<boolean> =>
  new Promise((resolve) => {
    const counted = messageCounter();
    let count = 0;
    stream.on('trailers', () => resolve(true));
    stream.on('data', (chunk: Buffer) => {
      count += counted(chunk);
      if (count < changes) return;
      stream.close();
      resolve(count === changes);
    });
  });
const some = streams.filter((_, i) => i % 50 === 0);
const whole = (await Promise.all(some.map(readAll))).filter(Boolean).length;
plain(`of ${some.length} of them, read every change after`, whole, 'clients', `${some.length}`, whole === some.length);
server.stop();
process.exit();
