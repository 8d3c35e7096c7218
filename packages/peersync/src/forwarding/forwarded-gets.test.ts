import { ConfigPeeringDefinition, type GetsRequest } from '@cfg/proto';
import type { Guard } from '@cfg/service';
import { createChannel, createClient, Metadata, Status } from 'nice-grpc';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startNodes, type TestNode, text, until } from '../test/sync-cluster.js';

const as = (token: string) => ({ caller: { metadata: Metadata({ authorization: `Bearer ${token}` }) } });

/** Users are named by their tokens; `slow` waits until it is let through. */
function guards() {
  let letThrough = (): void => {};
  const asked: string[] = [];
  const guard: Guard = {
    authenticate: ({ metadata }) => ({
      userId: metadata.get('authorization')?.replace('Bearer ', '') ?? '',
      claims: {},
    }),
    authorize({ userId }, action, { key }, { signal }) {
      if (action === 'peer') return { allowed: userId.startsWith('node-') };
      asked.push(`${userId} ${action} ${key}`);
      if (userId === 'slow')
        return new Promise((resolve) => {
          letThrough = () => resolve({ allowed: true });
          signal.addEventListener('abort', () => asked.push('slow has gone'));
        });
      return { allowed: userId !== 'bob' };
    },
  };
  return { guard, asked, letThrough: () => letThrough() };
}

async function started() {
  const { guard, asked, letThrough } = guards();
  const nodes = (await startNodes(['a', 'b'], { guard })) as [TestNode, TestNode];
  const [a, b] = nodes;
  await a.store.claim('x');
  for (let i = 0; i < 50; i += 1) await a.store.set('x', `key-${i}`, text(`v${i}`));
  await vi.waitFor(() => expect(b.store.ownerOf('x')).toBe('a'), until);
  return { a, b, asked, letThrough };
}

describe('reads that are sent on together', () => {
  it('are answered each for its caller, with the errors of a call of its own', async () => {
    const { b, asked } = await started();
    asked.length = 0;
    const calls = Array.from({ length: 300 }, (_, i) => b.store.get('x', `key-${i % 60}`, as(i % 3 ? 'ann' : 'bob')));
    const results = await Promise.allSettled(calls);
    for (const [i, result] of results.entries()) {
      const wanted = i % 3 === 0 ? 'permission_denied' : i % 60 >= 50 ? 'not_found' : `"v${i % 60}"`;
      const got = result.status === 'rejected' ? result.reason.code : Buffer.from(result.value.bytes).toString();
      expect(got).toBe(wanted);
    }
    expect(asked.filter((each) => each.startsWith('ann read'))).toHaveLength(200);
    const [fault] = results.filter((each) => each.status === 'rejected');
    expect((fault as PromiseRejectedResult).reason.message).toBe('permission denied');
  });

  it('do not wait for each other', async () => {
    const { b, asked, letThrough } = await started();
    const slow = b.store.get('x', 'key-1', as('slow'));
    const quick = await b.store.get('x', 'key-2', as('ann'));
    expect(quick.key).toBe('key-2');
    await vi.waitFor(() => expect(asked).toContain('slow read key-1'), until);
    letThrough();
    expect((await slow).key).toBe('key-1');
  });

  it('end with their callers, at the other node too', async () => {
    const { b, asked } = await started();
    const gone = new AbortController();
    const call = b.store.get('x', 'key-1', { ...as('slow'), signal: gone.signal });
    await vi.waitFor(() => expect(asked).toContain('slow read key-1'), until);
    gone.abort(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
    await vi.waitFor(() => expect(asked).toContain('slow has gone'), until);
    await expect(b.store.get('x', 'key-1', { ...as('ann'), signal: gone.signal })).rejects.toThrow('gone');
  });

  it('bring values and secrets as a call of its own would', async () => {
    const { a, b } = await started();
    const big = { bytes: Buffer.alloc(300_000, 7), codec: 'raw', type: 'custom' } as const;
    for (let i = 0; i < 20; i += 1) await a.store.set('x', `big-${i}`, big, { comment: 'why', ttlMs: 3_600_000 });
    const entries = await Promise.all(Array.from({ length: 20 }, (_, i) => b.store.get('x', `big-${i}`, as('ann'))));
    for (const [i, entry] of entries.entries()) {
      const { bytes, ...rest } = await a.store.get('x', `big-${i}`);
      const { key, version, revision, comment, expiresAtMs, codec, type } = entry;
      expect({ key, version, revision, comment, expiresAtMs, codec, type }).toEqual({
        ...{ key: rest.key, version: rest.version, revision: rest.revision, comment: 'why' },
        ...{ expiresAtMs: rest.expiresAtMs, codec: 'raw', type: 'custom' },
      });
      expect(Buffer.compare(entry.bytes, bytes)).toBe(0);
    }
  });

  it('go on when the stream has ended', async () => {
    const { a, b } = await started();
    await b.store.get('x', 'key-1', as('ann'));
    await a.crash();
    await vi.waitFor(() => expect(b.store.hasMember('a')).toBe(false), until);
    const error = await b.store.get('x', 'key-1', as('ann')).catch((cause: unknown) => cause);
    // A copy, or nobody to ask: never an answer that does not come.
    expect(error).toMatchObject(error instanceof Error ? { code: 'unavailable' } : { key: 'key-1' });
  });
});

describe('a stream of reads', () => {
  async function open(messages: readonly GetsRequest[], token = 'node-z') {
    const { a, b, asked } = await started();
    await b.store.claim('y');
    await vi.waitFor(() => expect(a.store.ownerOf('y')).toBe('b'), until);
    const channel = createChannel(a.address);
    onTestFinished(() => channel.close());
    const client = createClient(ConfigPeeringDefinition, channel);
    async function* requests(): AsyncGenerator<GetsRequest> {
      yield* messages;
    }
    const answers = [];
    const metadata = Metadata({ authorization: `Bearer ${token}` });
    for await (const { answers: some } of client.gets(requests(), { metadata })) answers.push(...some);
    return { answers, asked };
  }
  const nobody = { authorization: '', secrets: '', onBehalfOf: '' };
  const get = (id: number, key: string, callerAt = 0) => ({
    id,
    caller: callerAt,
    request: { namespace: 'x', key, atRevision: 0 },
  });

  it('is for nodes alone', async () => {
    await expect(open([{ callers: [nobody], gets: [get(1, 'key-1')], cancelled: [] }], 'ann')).rejects.toMatchObject({
      code: Status.PERMISSION_DENIED,
    });
  });

  it('is not sent on, and says who the owner is', async () => {
    const elsewhere = { ...get(1, 'key'), request: { namespace: 'y', key: 'key', atRevision: 0 } };
    const callers = [{ ...nobody, authorization: 'Bearer ann' }];
    const { answers } = await open([{ callers, gets: [elsewhere], cancelled: [] }]);
    expect(answers).toMatchObject([{ id: 1, error: { reason: 'NOT_OWNER', metadata: { owner: 'b' } } }]);
  });

  it.each<[string, GetsRequest]>([
    ['names no caller', { callers: [], gets: [get(1, 'key-1')], cancelled: [] }],
    ['has no request', { callers: [nobody], gets: [{ id: 1, caller: 0, request: undefined }], cancelled: [] }],
    ['has a number twice', { callers: [nobody], gets: [get(1, 'key-1'), get(1, 'key-2')], cancelled: [] }],
    [
      'has more than it may',
      { callers: [nobody], gets: Array.from({ length: 1_001 }, (_, i) => get(i, 'key-1')), cancelled: [] },
    ],
  ])('ends with a clear error when a message %s', async (_, message) => {
    await expect(open([message])).rejects.toMatchObject({ code: Status.INVALID_ARGUMENT });
  });

  it('takes what is called off before it was asked', async () => {
    const { answers } = await open([
      { callers: [{ ...nobody, authorization: 'Bearer ann' }], gets: [get(1, 'key-1')], cancelled: [7, 8] },
    ]);
    expect(answers.map(({ id, error }) => [id, error])).toEqual([[1, undefined]]);
  });
});
