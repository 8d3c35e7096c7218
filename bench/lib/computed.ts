import type { Server } from './child.js';
import type { Driver } from './driver.js';

/** Calls per second that the server has computed: a busy machine changes it less than calls per second. */
export async function perCpuSecond(
  server: Server,
  driver: Driver,
  path: string,
  messages: readonly Uint8Array[],
  most = 10_000,
): Promise<number> {
  const before = await server.tell('cpu');
  let calls = 0;
  const worker = async (): Promise<void> => {
    while (calls < most) await driver.call(path, messages[calls++ % messages.length] as Uint8Array);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return (calls * 1e6) / ((await server.tell('cpu')) - before);
}
