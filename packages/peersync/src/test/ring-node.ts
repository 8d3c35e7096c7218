// A node of ours in a process of its own, which is told what to do by the same lines as the program in fixtures/go-ring.
import { createInterface } from 'node:readline';
import { Cluster } from '../cluster/cluster.js';
import { memberlistTransport } from '../transports/memberlist-transport.js';
import { redisTransport } from '../transports/redis-transport.js';
import { freePort } from './free-port.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [kind, where = '', id = '', heartbeatMs, failureTimeoutMs, label = ''] = process.argv.slice(2);

const port = await freePort();
const transport =
  kind === 'redis'
    ? redisTransport(`redis://${where}`)
    : memberlistTransport({
        bind: { host: '127.0.0.1', port },
        keys: where === '' ? undefined : [Buffer.from(where, 'hex')],
        label,
      });
const cluster = new Cluster({
  self: { id, addr: `${id}:9090` },
  transport,
  heartbeatMs: Number(heartbeatMs),
  failureTimeoutMs: Number(failureTimeoutMs),
});
await cluster.connect();
say(`listening ${port}`);

const commands: Record<string, (argument: string) => unknown> = {
  owners: (count) => {
    const owners = Array.from({ length: Number(count) }, (_, i) => cluster.ring.ownerOf(`team-${i}`));
    say(`owners ${owners.join()}`);
  },
  members: () => say(`members ${[...cluster.ring.state.members.keys()].sort().join()}`),
  pin: (argument) => {
    const [namespace = '', owner = ''] = argument.split(' ');
    cluster.pin(namespace, owner);
  },
  join: async (address) => {
    await cluster.join([address]);
    say('join 1');
  },
  leave: async () => {
    await cluster.close();
    process.exit(0);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const space = line.indexOf(' ');
  const [word, argument] = space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
  await commands[word]?.(argument);
}
