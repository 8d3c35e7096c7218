import { Agent } from 'node:http';
import { RemoteStore } from '@cfg/client';
import type { Opened } from '@cfg/core/conformance';
import { type Door, openDoor } from './doors.js';
import { httpClients } from './http-client.js';

/** A memory store as it looks through HTTP. Nothing is tried again, so that no failure is hidden. */
export async function openHttpStore(door: Door): Promise<Opened> {
  const opened = await openDoor(door);
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const store = new RemoteStore(httpClients(opened.url, agent), {
    retry: { maxRetries: 0 },
    watch: { reconnect: false },
  });
  await store.connect();
  return {
    store,
    close: async () => {
      await store.close();
      agent.destroy();
      await opened[Symbol.asyncDispose]();
    },
  };
}
