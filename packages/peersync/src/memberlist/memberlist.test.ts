import { expect, it, onTestFinished, vi } from 'vitest';
import { until } from '../test/sync-cluster.js';
import { Memberlist } from './memberlist.js';
import type { MemberlistOptions } from './options.js';

async function started(name: string, options: MemberlistOptions = {}): Promise<[Memberlist, string[]]> {
  const told: string[] = [];
  const list = new Memberlist(
    { name, bind: { host: '127.0.0.1', port: 0 }, ...options },
    { onMember: (what, node) => void told.push(`${what} ${node.name}`) },
  );
  await list.start();
  onTestFinished(() => list.close());
  return [list, told];
}

const join = (list: Memberlist, to: Memberlist): Promise<number> =>
  list.join([`${to.address.host}:${to.address.port}`]);

it('a goodbye is heard though no packet comes through', async () => {
  const [a, told] = await started('a');
  // It gossips too rarely for its goodbye to go by UDP.
  const [b] = await started('b', { timings: { gossipIntervalMs: 3_600_000 } });
  await join(b, a);
  const leaving = b.leave();
  await vi.waitFor(() => expect(told).toEqual(['joined b', 'left b']), until);
  await leaving;
});

it('who is alone leaves at once', async () => {
  const [a] = await started('a', { timings: { gossipIntervalMs: 3_600_000 } });
  await a.leave();
  expect(a.members().map(({ name }) => name)).toEqual([]);
});
