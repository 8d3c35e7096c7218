import { connect as connectTcp, createServer, type Server as TcpServer } from 'node:net';
import { Manager, type Namespace, RemoteStore } from '@cfg/client';
import { type Server, startServer } from './lib/child.js';
import { plain, title } from './lib/report.js';

/* How the clients of a server come back after it was killed: how soon, and how many at a time. */

const clients = Number(process.env.BENCH_CLIENTS ?? 500);
const awayMs = 3_000;
const bucketMs = 100;

/** A port in front of the server of the day, which refuses while there is none, and notes when connections come. */
class Front {
  readonly accepted: number[] = [];
  port = 0;
  #listener: TcpServer | undefined;
  readonly #sockets = new Set<{ destroy(): void }>();

  async open(to: number): Promise<void> {
    const listener = createServer((near) => {
      this.accepted.push(performance.now());
      const far = connectTcp(to, '127.0.0.1');
      for (const [from, into] of [[near, far] as const, [far, near] as const]) {
        this.#sockets.add(from);
        from.on('error', () => {}).on('close', () => into.destroy());
        from.pipe(into);
      }
    });
    await new Promise<void>((resolve) => listener.listen(this.port, '127.0.0.1', 2_048, resolve));
    this.port = (listener.address() as { port: number }).port;
    this.#listener = listener;
  }

  close(): void {
    this.#listener?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    this.accepted.length = 0;
  }
}

title(`${clients} clients of a server that is killed, and back after ${awayMs / 1_000} s`);
let server: Server = await startServer('ours');
const front = new Front();
await front.open(server.port);
const managers: { readonly manager: Manager; readonly config: Namespace }[] = [];
while (managers.length < clients) {
  const some = Array.from({ length: 20 }, async () => {
    const store = new RemoteStore(`127.0.0.1:${front.port}`, { insecure: true, connectTimeoutMs: 60_000 });
    const manager = new Manager({ store });
    await manager.connect();
    const config = manager.namespace('production');
    await config.load();
    return { manager, config };
  });
  managers.push(...(await Promise.all(some)));
}
server.stop();
front.close();
await new Promise((resolve) => setTimeout(resolve, awayMs));
server = await startServer('ours');
await front.open(server.port);
const began = performance.now();
const back = await Promise.all(
  managers.map(async ({ config }) => {
    while (config.status?.type !== 'live') await new Promise((resolve) => setTimeout(resolve, 20));
    return performance.now() - began;
  }),
);
const buckets = new Map<number, number>();
for (const at of front.accepted) {
  const bucket = Math.floor((at - began) / bucketMs);
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
}
back.sort((a, b) => a - b);
const last = back.at(-1) ?? Number.NaN;
const most = Math.max(...buckets.values());
const bound = Math.ceil(clients / 3);
plain('half of them follow it again after', back[clients >> 1] ?? Number.NaN, 'ms', 'none', true);
plain('all of them', last, 'ms', '<= 30,000', last <= 30_000);
plain(`connections within the busiest ${bucketMs} ms`, most, '', `<= ${bound}`, most <= bound);
plain('connections in all', front.accepted.length, '', `<= ${clients * 2}`, front.accepted.length <= clients * 2);
await Promise.all(managers.map(({ manager }) => manager.close()));
server.stop();
front.close();
process.exit();
