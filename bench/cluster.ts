import { Ring } from '@cfg/peersync';
import { GetRequest } from '@cfg/proto';
import { type Server, startServer } from './lib/child.js';
import { Driver } from './lib/driver.js';
import { freePort } from './lib/free-port.js';
import { RawDriver } from './lib/raw-driver.js';
import { alternate, line, median, plain, title } from './lib/report.js';

/*
 * The cost of a cluster: a Get through the node that holds the namespace beside one on a server without a cluster, a Get
 * through another node beside that; the ring by itself; a namespace that moves while it is written to. Each node has a
 * process of its own, and a store in memory.
 */

type Rate = () => Promise<number>;

const ms = Number(process.env.BENCH_MS ?? 1_000);
const moved = Number(process.env.BENCH_KEYS ?? 100_000);
const small = 1_000;
const key = (i: number): string => `app/key-${String(i).padStart(7, '0')}`;

const gossip = [await freePort(), await freePort()];
const bare = await startServer('cluster-node', 'bare');
const holder = await startServer('cluster-node', 'a', String(gossip[0]));
const other = await startServer('cluster-node', 'b', String(gossip[1]), `127.0.0.1:${gossip[0]}`);
while ((await holder.tell('members')) < 2 || (await other.tell('members')) < 2) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
for (const server of [bare, holder]) {
  await server.tell('hold', small);
  await server.tell('fill', small);
}

const messages = Array.from({ length: small }, (_, i) =>
  GetRequest.encode(GetRequest.fromPartial({ namespace: `n${small}`, key: key(i) })).finish(),
);
const getsOf = ({ port }: Server, inFlight: number): (() => Promise<number>) => {
  const driver = new Driver(port);
  return () => driver.rate('/config.v1.ConfigService/Get', messages, ms, inFlight);
};

title('Get of one key over gRPC', ['cluster', 'without']);
const [alone, local, forwarded] = [bare, holder, other].map((server) => getsOf(server, 64)) as [
  () => Promise<number>,
  () => Promise<number>,
  () => Promise<number>,
];
line('through the node that holds it', 'call/s', await alternate(local, alone), 0.95);
line('through another node (beside the holder)', 'call/s', await alternate(forwarded, local), 0.45);
const [oneForwarded, oneLocal] = [getsOf(other, 1), getsOf(holder, 1)];
line('the same, one call at a time', 'call/s', await alternate(oneForwarded, oneLocal));
const path = '/config.v1.ConfigService/Get';
const [cheapForwarded, cheapLocal] = await Promise.all(
  [other, holder].map(async ({ port }) => {
    const driver = await RawDriver.open(port);
    return () => driver.rate(path, messages, ms, { inFlight: 256, answerBytes: 100 });
  }),
);
// No goal: what is measured is how much of two cores a call costs, of which the local one needs little more than half of one.
line('by a client that costs little, 256 calls', 'call/s', await alternate(cheapForwarded as Rate, cheapLocal as Rate));

title('The ring at 100 members', ['', '']);
const members = new Map(Array.from({ length: 100 }, (_, i) => [`node-${i}`, `10.0.0.${i}:9090`]));
const overrides = new Map(Array.from({ length: 10_000 }, (_, i) => [`team-${i}`, `node-${i % 100}`]));
const without = new Map([...members].slice(1));
let ring = Ring.empty().withState({ members, overrides, epoch: 1 });
const names = Array.from({ length: 10_000 }, (_, i) => `service-${i}`);
const lookups: number[] = [];
const changes: number[] = [];
for (let round = 0; round < 50; round += 1) {
  let began = performance.now();
  for (let i = 0; i < 20; i += 1) for (const name of names) ring.ownerOf(name);
  lookups.push((20 * names.length * 1_000) / (performance.now() - began));
  began = performance.now();
  const changed = new Map(overrides).set('team-1', `node-${round}`);
  ring = ring.withState({ members: round % 2 ? members : without, overrides: changed, epoch: round });
  changes.push(performance.now() - began);
}
plain('lookups', median(lookups), 'call/s', '>= 5,000,000', median(lookups) >= 5e6);
const slowest = changes.sort((a, b) => a - b)[Math.floor(changes.length * 0.9)] as number;
plain('a member goes, with 10,000 overrides, p90', slowest * 1_000, 'µs', '<= 5,000', slowest <= 5);

title(`A namespace of ${moved.toLocaleString('en-US')} keys with 10 versions each moves`, ['', '']);
await holder.tell('hold', moved);
await holder.tell('fill', moved);
await holder.tell('write', moved);
await new Promise((resolve) => setTimeout(resolve, 2_000));
const before = await holder.tell('others');
const began = performance.now();
await other.tell('hold', moved);
const seconds = (performance.now() - began) / 1_000;
const written = (await holder.tell('others')) - before;
const pause = await holder.tell('stop');
plain('versions', (moved * 10) / seconds, 'per s', '', true);
plain('writes to another namespace meanwhile', written / seconds, 'per s', '', true);
plain('before it moved', before / 2, 'per s', '', true);
plain('the longest that a writer of it waited', pause, 'ms', '<= 2,000', pause <= 2_000);
for (const server of [bare, holder, other]) server.stop();
process.exit();
