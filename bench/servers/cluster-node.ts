import { type EncodedValue, MemoryStore } from '@cfg/core';
import { createServer } from '@cfg/grpc-door';
import { grpcDialer, memberlistTransport, peeringService, SyncStore } from '@cfg/peersync';
import { ConfigPeeringDefinition } from '@cfg/proto';
import { addConfigService, allowAll, createConfigService } from '@cfg/service';
import { ServerCredentials } from '@grpc/grpc-js';
import { serve } from '../lib/child.js';
import { freePort } from '../lib/free-port.js';

/** A node of a cluster over a store in memory; `bare`: the same server, in no cluster. */
const [id = 'a', gossipPort = '0', join = ''] = process.argv.slice(2);

/** The other nodes are told of it before the door is open. */
const port = await freePort();
const address = `127.0.0.1:${port}`;
const local = new MemoryStore({ historyLimit: 10, logLimit: 10_000 });
const store =
  id === 'bare'
    ? local
    : new SyncStore(local, {
        self: { id, addr: address },
        transport: memberlistTransport({
          bind: { host: '127.0.0.1', port: Number(gossipPort) },
          join: join === '' ? [] : [join],
        }),
        dialer: grpcDialer({ insecure: true }),
      });
const guard = allowAll();
const service = createConfigService(store, { guard });
const server = createServer({ 'grpc.max_send_message_length': -1 });
const add: typeof server.add = (definition, methods) => server.add(definition, methods, { lazyContext: true });
addConfigService({ add }, service);
if (store instanceof SyncStore) server.add(ConfigPeeringDefinition, peeringService(store.peer, service, guard));
await server.listen(address, ServerCredentials.createInsecure());
await store.connect();

const value: EncodedValue = { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' };
const key = (i: number): string => `app/key-${String(i).padStart(7, '0')}`;
const pauses = { longest: 0, isOver: true };
let writes = 0;

serve(port, {
  members: () => (store instanceof SyncStore ? store.members.length : 1),
  /** Fills the namespace `n<count>` with as many keys of 100 bytes, ten versions of each. */
  async fill(count) {
    for (let version = 0; version < 10; version += 1) {
      for (let i = 0; i < count; i += 1) await local.set(`n${count}`, key(i), value);
    }
    return count;
  },
  /** Makes the namespace this node's. */
  async hold(count) {
    if (store instanceof SyncStore) await store.claim(`n${count}`);
    return count;
  },
  /** Writes one after the other into `n<count>`, and to others meanwhile, until told to stop. */
  async write(count) {
    Object.assign(pauses, { longest: 0, isOver: false });
    writes = 0;
    const loop = async (namespace: string, isWatched: boolean): Promise<void> => {
      for (let i = 0; !pauses.isOver; i += 1) {
        const began = performance.now();
        await store.set(namespace, key(i % 1_000), value);
        if (isWatched) pauses.longest = Math.max(pauses.longest, performance.now() - began);
        else writes += 1;
        await new Promise(setImmediate);
      }
    };
    await store.set('other', key(0), value);
    void loop(`n${count}`, true);
    void loop('other', false);
    return count;
  },
  /** Ends that. Returns the longest that a writer of the namespace waited, in milliseconds. */
  stop() {
    pauses.isOver = true;
    return pauses.longest;
  },
  /** How many writes to others there were. */
  others: () => writes,
});
