import { setImmediate } from 'node:timers/promises';
import type { Guard } from '@cfg/service';
import { expect, it } from 'vitest';
import { doors, openDoor } from '../test/doors.js';
import { SseClient } from '../test/sse-client.js';

/** Numbers that look random and are the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

const namespaces = ['a', 'b', 'hidden'];

/** Nobody may read `hidden`; whether a key may be read is known at once or only later. */
const guard: Guard = {
  authenticate: () => ({ userId: 'someone', claims: {} }),
  authorize(_identity, action, { namespace, key }) {
    const decision = { allowed: action !== 'read' || namespace !== 'hidden' };
    return key.endsWith('3') ? setImmediate(decision) : decision;
  },
};

it.each(doors)('sends each client all that it may see, in order, however the changes come, %s', async (door) => {
  const next = numbers(14);
  await using opened = await openDoor(door, { service: { guard } });
  const queries = ['', '?namespaces=a', '?namespaces=a&namespaces=b&prefixes=x/', '?prefixes=y/'];
  const clients = await Promise.all(queries.map((query) => SseClient.open(opened.url, query)));
  await Promise.all(clients.map((client) => client.next()));
  const written: { namespace: string; key: string }[] = [];
  const value = { bytes: Buffer.from('1'), codec: 'json', type: 'int' } as const;
  while (written.length < 600) {
    const burst = Array.from({ length: 1 + next(30) }, (_, at) => ({
      namespace: namespaces[next(3)] as string,
      key: `${next(2) === 0 ? 'x' : 'y'}/${written.length + at}`,
    }));
    await Promise.all(burst.map(({ namespace, key }) => opened.store.set(namespace, key, value)));
    written.push(...burst);
    if (next(3) === 0) await setImmediate();
  }
  const shown = (query: string, { namespace, key }: { namespace: string; key: string }): boolean => {
    const asked = new URLSearchParams(query);
    const [within, below] = [asked.getAll('namespaces'), asked.getAll('prefixes')];
    if (within.length === 0 ? namespace === 'hidden' : !within.includes(namespace)) return false;
    return below.length === 0 || below.some((prefix) => key.startsWith(prefix));
  };
  for (const [at, query] of queries.entries()) {
    const expected = written.filter((one) => shown(query, one)).map(({ key }) => key);
    const seen: unknown[] = [];
    while (seen.length < expected.length) seen.push((await clients[at]?.event())?.data?.key);
    expect(seen).toEqual(expected);
  }
  for (const client of clients) client[Symbol.dispose]();
});
