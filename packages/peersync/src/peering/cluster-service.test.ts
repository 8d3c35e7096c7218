import { openChannel } from '@cfg/client/channel';
import { ConfigClusterDefinition, Presence } from '@cfg/proto';
import type { Guard } from '@cfg/service';
import { type Client, createClient, Metadata, Status } from 'nice-grpc';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Records, startNodes, type TestNode, text, until } from '../test/sync-cluster.js';

/** Ann and the nodes may do everything, Bob may list, and read `public`. */
const guard: Guard = {
  authenticate: ({ metadata }) => ({ userId: metadata.get('authorization')?.replace('Bearer ', '') ?? '', claims: {} }),
  authorize: ({ userId }, action, { namespace }) => ({
    allowed:
      userId === 'ann' ||
      userId.startsWith('node-') ||
      (userId === 'bob' && (action === 'list' || (action === 'read' && namespace === 'public'))),
  }),
};

const as = (userId: string): { metadata: Metadata } => ({
  metadata: new Metadata({ authorization: `Bearer ${userId}` }),
});

function clientOf({ address }: TestNode): Client<ConfigClusterDefinition> {
  const channel = openChannel(address, { insecure: true });
  onTestFinished(() => channel.close());
  return createClient(ConfigClusterDefinition, channel);
}

it('tells who is there and who has what, as far as the caller may read', async () => {
  const [a, b] = (await startNodes(['a', 'b'], { guard, ownership: new Records() })) as [TestNode, TestNode];
  await a.store.set('public', 'key', text('1'));
  await a.store.set('private', 'key', text('1'));
  await a.store.claim('public');
  const client = clientOf(a);
  const whole = await client.getCluster({}, as('ann'));
  expect(whole).toMatchObject({
    self: 'a',
    members: [
      { id: 'a', address: a.address, presence: Presence.PRESENCE_ALIVE, inRing: true, ours: true },
      { id: 'b', address: b.address, presence: Presence.PRESENCE_ALIVE, inRing: true, ours: true },
    ],
    incomplete: '',
  });
  expect(whole.namespaces.map(({ namespace, canClaim }) => [namespace, canClaim])).toEqual([
    ['private', true],
    ['public', true],
  ]);
  expect(whole.namespaces[1]).toMatchObject({ owner: 'a', claimedBy: 'a' });
  expect((await client.getCluster({}, as('bob'))).namespaces).toEqual([
    { namespace: 'public', owner: 'a', claimedBy: 'a', canClaim: false },
  ]);
  await expect(client.getCluster({}, as('carl'))).rejects.toMatchObject({ code: Status.PERMISSION_DENIED });

  await b.crash();
  await vi.waitFor(async () => {
    const { members, incomplete } = await client.getCluster({}, as('ann'));
    expect(members[1]).toMatchObject({ id: 'b', presence: Presence.PRESENCE_GONE, inRing: false });
    expect(incomplete).toBe('');
  }, until);
});

it('brings a namespace to any node, for who may', async () => {
  const ownership = new Records();
  const nodes = await startNodes(['a', 'b', 'c'], { guard, ownership });
  const [a, b] = nodes as [TestNode, TestNode];
  await a.store.set('x', 'key', text('1'));
  const client = clientOf(a);
  await client.claimNamespace({ namespace: 'x', node: 'b' }, as('ann'));
  expect([b.store.holdings, ownership.all.get('x')]).toEqual([['x'], 'b']);
  await client.claimNamespace({ namespace: 'x' }, as('ann'));
  expect([a.store.holdings, b.store.holdings, ownership.all.get('x')]).toEqual([['x'], [], 'a']);
  const { version } = await b.store.set('x', 'key', text('2'));
  expect(version).toBe(2);

  await expect(client.claimNamespace({ namespace: 'x', node: 'b' }, as('bob'))).rejects.toMatchObject({
    code: Status.PERMISSION_DENIED,
  });
  await expect(client.claimNamespace({ namespace: 'x', node: 'z' }, as('ann'))).rejects.toMatchObject({
    code: Status.UNAVAILABLE,
    details: 'node z is not there',
  });
  await expect(client.claimNamespace({ namespace: '' }, as('ann'))).rejects.toMatchObject({
    code: Status.INVALID_ARGUMENT,
  });
  await expect(client.unclaimNamespace({ namespace: 'x' }, as('bob'))).rejects.toMatchObject({
    code: Status.PERMISSION_DENIED,
  });
  expect(await client.unclaimNamespace({ namespace: 'x' }, as('ann'))).toEqual({ unclaimed: true });
  expect(await client.unclaimNamespace({ namespace: 'x' }, as('ann'))).toEqual({ unclaimed: false });
  expect(ownership.all.size).toBe(0);
});

it('needs no ownership records: the lease keeps a namespace where it was brought', async () => {
  const [a, b] = (await startNodes(['a', 'b'], { guard })) as [TestNode, TestNode];
  await a.store.set('x', 'key', text('1'));
  const client = clientOf(b);
  await client.claimNamespace({ namespace: 'x' }, as('ann'));
  expect(b.store.holdings).toEqual(['x']);
  await vi.waitFor(() => expect(a.store.ownerOf('x')).toBe('b'), until);
  expect(await client.unclaimNamespace({ namespace: 'x' }, as('ann'))).toEqual({ unclaimed: false });
});
