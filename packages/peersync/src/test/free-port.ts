import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nobody listened at a moment ago: for what has to be known before it is opened. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
