import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type OpenDoor, openDoor } from './test/doors.js';
import { Unsent } from './unsent.js';

const mebibyte = 1024 * 1024;
const path = '/v1/namespaces/n/keys/k';

const patience = { timeout: 60_000 };

/** More than the buffers of a connection take. */
const large = { bytes: Buffer.alloc(16 * mebibyte, 'x'), codec: 'raw', type: 'custom' as const };

async function holding(maxUnsentBytes: number): Promise<OpenDoor> {
  const door = await openDoor('in process', { service: { maxValueBytes: 17 * mebibyte }, gateway: { maxUnsentBytes } });
  await door.store.set('n', 'k', large);
  return door;
}

/** A caller who reads nothing of the answer. */
function silent(door: OpenDoor, target: string, accept = 'application/json'): Socket {
  const { hostname, port } = new URL(door.url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\naccept: ${accept}\r\n\r\n`);
  return socket;
}

it('counts bytes that many answers share once, and text each time', () => {
  const unsent = new Unsent(100_000);
  const shared = new Uint8Array(60_000);
  const [first, second] = [unsent.hold(0, [shared]), unsent.hold(0, [shared])];
  expect(unsent.bytes).toBeLessThan(70_000);
  const text = unsent.hold(20_000);
  expect(unsent.tryHold(20_000)).toBeUndefined();
  expect(() => unsent.hold(20_000)).toThrow('wait for their callers to read');
  expect(unsent.refused).toBe(2);
  first();
  first();
  expect(unsent.tryHold(20_000)).toBeUndefined();
  second();
  text();
  expect(unsent.bytes).toBe(0);
  // A single answer is let in, however large.
  unsent.hold(1_000_000)();
});

it('refuses large answers while too many wait for their callers, and no others', async () => {
  await using door = await holding(mebibyte);
  await door.store.set('n', 'small', { bytes: Buffer.from('1'), codec: 'json', type: 'int' });
  const first = silent(door, path);
  await once(first, 'readable');
  const refused = await fetch(door.url + path);
  expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('wait for their callers')]);
  expect(door.gateway.limits.unsentBytes).toBe(1);
  expect((await fetch(`${door.url}/v1/namespaces/n/keys/small`)).status).toBe(200);
  first.destroy();
  await vi.waitFor(async () => {
    const answer = await fetch(door.url + path);
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
  }, patience);
});

it('counts a value that many wait for once', async () => {
  await using door = await holding(20 * mebibyte);
  const raw = 'application/octet-stream';
  await Promise.all([1, 2, 3].map(() => once(silent(door, path, raw), 'readable')));
  expect(door.gateway.limits.unsentBytes).toBe(0);
  expect((await fetch(door.url + path)).status).toBe(429);
});

it('cuts streams of events that find no room', async () => {
  await using door = await holding(1);
  const sockets = [silent(door, '/v1/watch'), silent(door, '/v1/watch')];
  for (const socket of sockets) {
    await once(socket, 'readable');
    socket.read();
    socket.pause();
  }
  await door.store.set('n', 'k', large);
  await vi.waitFor(() => expect(door.gateway.limits.unsentBytes).toBe(1), patience);
  const connections = () => new Promise((resolve) => door.http.getConnections((_, count) => resolve(count)));
  await vi.waitFor(async () => expect(await connections()).toBe(1), patience);
  // The other one, too, would be waited for.
  for (const socket of sockets) socket.destroy();
});
