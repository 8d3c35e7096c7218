import { GetRequest, ListRequest, SetRequest, SnapshotRequest, SnapshotResponse, WatchRequest } from '@cfg/proto';
import { type Server, startServer } from './lib/child.js';
import { Driver, messageCounter } from './lib/driver.js';
import { alternate, line, plain, title } from './lib/report.js';

/*
 * The gRPC door beside bare nice-grpc with a raw-buffer definition and no middleware: equal messages, the same driver,
 * by turns, medians. Each server has a process of its own.
 */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const service = '/config.v1.ConfigService';
const key = (i: number): string => `app/key-${String(i).padStart(7, '0')}`;
const namespace = 'n10000';

/** The reply to one call, without its frame. */
async function reply(driver: Driver, path: string, message: Uint8Array): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await driver.call(path, message, (chunk) => chunks.push(chunk));
  return Buffer.concat(chunks).subarray(5);
}

async function compare(what: string, method: string, messages: Uint8Array[], goal: number): Promise<void> {
  const size = (await reply(ours.driver, `${service}/${method}`, messages[0] as Uint8Array)).length;
  await bare.server.tell('size', size);
  const inFlight = size > 100_000 ? 8 : 64;
  const result = await alternate(
    () => ours.driver.rate(`${service}/${method}`, messages, ms, inFlight),
    () => bare.driver.rate('/bare/Echo', messages, ms, inFlight),
  );
  line(what, 'call/s', result, goal);
}

/** Opens `count` watchers on one server, each a stream; the function returned does one round and returns its messages per second. */
async function watchers(door: Door, path: string, count: number): Promise<(n: number) => Promise<number>> {
  let seen = 0;
  let notify = (): void => {};
  for (let i = 0; i < count; i += 1) {
    const request = WatchRequest.encode(WatchRequest.fromPartial({ namespaces: ['watched'] })).finish();
    const counted = messageCounter();
    door.driver
      .call(path, request, (chunk) => {
        seen += counted(chunk);
        notify();
      })
      .catch(() => {});
  }
  // Neither side tells that all have subscribed.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return async (n) => {
    const target = seen + n * count;
    const began = performance.now();
    const done = new Promise<void>((resolve) => {
      notify = () => seen >= target && resolve();
    });
    await door.server.tell('change', n);
    await done;
    return (n * count * 1_000) / (performance.now() - began);
  };
}

/** How long one watch message is. */
async function messageSize(door: Door): Promise<number> {
  const driver = new Driver(door.server.port, 1);
  const size = Promise.withResolvers<number>();
  const request = WatchRequest.encode(WatchRequest.fromPartial({ namespaces: ['watched'] })).finish();
  driver.call(`${service}/Watch`, request, (chunk) => size.resolve(chunk.readUInt32BE(1))).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 500));
  await door.server.tell('change', 1);
  const bytes = await size.promise;
  driver.close();
  return bytes;
}

interface Door {
  server: Server;
  driver: Driver;
}

const open = async (program: string): Promise<Door> => {
  const server = await startServer(program);
  return { server, driver: new Driver(server.port) };
};

const ours = await open('ours');
const bare = await open('bare');
for (const count of [1_000, 10_000, 100_000]) await ours.server.tell('fill', count);

title('gRPC, memory store');
const gets = Array.from({ length: 1_000 }, (_, i) =>
  GetRequest.encode(GetRequest.fromPartial({ namespace, key: key(i) })).finish(),
);
await compare('Get', 'Get', gets, 0.88);
const value = Buffer.from(JSON.stringify('x'.repeat(98)));
const sets = Array.from({ length: 1_000 }, (_, i) =>
  SetRequest.encode(SetRequest.fromPartial({ namespace: 'written', key: key(i), value, codec: 'json' })).finish(),
);
await compare('Set', 'Set', sets, 0.8);

/** Calls per second of a List of 100 of `count` keys. */
const listRate = (count: number): Promise<number> => {
  const request = ListRequest.fromPartial({ namespace: `n${count}`, prefix: 'app/', limit: 100 });
  return ours.driver.rate(`${service}/List`, [ListRequest.encode(request).finish()], ms);
};
const listed = await listRate(10_000).then(() => listRate(10_000));
plain('List of 100 of 10,000 keys', listed, 'call/s', '>= 3,000', listed >= 3_000);
// Here the baseline is our own List of a small namespace: what it costs must not grow with the number of keys.
const growth = await alternate(
  () => listRate(100_000),
  () => listRate(1_000),
);
line('List of 100 of 100,000 keys beside 1,000', 'call/s', growth, 0.8);

// Enough changes for revisions and versions to be as long in bytes as they stay, so that the messages are equal.
await ours.server.tell('change', 4_000);
const size = await messageSize(ours);
await bare.server.tell('size', size);
const oursRound = await watchers(ours, `${service}/Watch`, 100);
const bareRound = await watchers(bare, '/bare/Watch', 100);
line(
  'Watch, 100 watchers',
  'msg/s',
  await alternate(
    () => oursRound(1_000),
    () => bareRound(1_000),
  ),
  0.92,
);

title('gRPC, snapshot of 10,000 entries, while another namespace takes 1,000 writes/s');
await ours.server.tell('busy', 1_000);
const snapshot = SnapshotRequest.encode(SnapshotRequest.fromPartial({ namespace })).finish();
await compare('Snapshot, unchanged since the last', 'Snapshot', [snapshot], 0.5);
const { etag } = SnapshotResponse.decode(await reply(ours.driver, `${service}/Snapshot`, snapshot));
const known = SnapshotRequest.encode(SnapshotRequest.fromPartial({ namespace, ifNoneMatch: etag })).finish();
await compare('Snapshot, equal ETag', 'Snapshot', [known], 0.8);

for (const door of [ours, bare]) {
  door.driver.close();
  door.server.stop();
}
