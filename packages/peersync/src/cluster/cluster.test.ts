import { ConfigError, type OwnershipStore } from '@cfg/core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Envelopes } from '../gossip/envelope.js';
import { freePort } from '../test/free-port.js';
import { RedisServer, withoutRedis } from '../test/redis-server.js';
import { memberlistTransport } from '../transports/memberlist-transport.js';
import { redisTransport } from '../transports/redis-transport.js';
import type { Transport, TransportEvents } from '../transports/transport.js';
import { Cluster } from './cluster.js';
import type { ClusterOptions } from './options.js';
import { statusHandler, statusOf } from './status.js';

const until = { timeout: 120_000, interval: 20 };

/** Ownership records in memory, shared by the nodes of a test. */
class Records implements OwnershipStore {
  readonly all = new Map<string, string>();
  async claim(namespace: string, nodeId: string): Promise<void> {
    this.all.set(namespace, nodeId);
  }
  async unclaim(namespace: string, nodeId: string): Promise<boolean> {
    return this.all.get(namespace) === nodeId && this.all.delete(namespace);
  }
  async owners(): Promise<ReadonlyMap<string, string>> {
    return new Map(this.all);
  }
}

async function start(id: string, transport: Transport, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const self = { id, addr: `${id}:9090` };
  const cluster = new Cluster({ self, transport, heartbeatMs: 500, failureTimeoutMs: 15_000, ...options });
  onTestFinished(() => cluster.close());
  await cluster.connect();
  return cluster;
}

const members = (cluster: Cluster): string[] => [...cluster.ring.state.members.keys()].sort();

/** The abilities that a cluster must have over every transport. */
async function liveTogether(open: (first: boolean) => Transport): Promise<void> {
  const ownership = new Records();
  const a = await start('a', open(true), { ownership });
  const [b, c] = [await start('b', open(false), { ownership }), await start('c', open(false), { ownership })];
  await vi.waitFor(() => {
    for (const each of [a, b, c]) expect(members(each)).toEqual(['a', 'b', 'c']);
  }, until);
  const owners = (each: Cluster): (string | undefined)[] =>
    Array.from({ length: 200 }, (_, i) => each.ring.ownerOf(`team-${i}`));
  expect(owners(b)).toEqual(owners(a));

  await b.claim('payments');
  c.pin('search', 'a');
  await vi.waitFor(() => {
    for (const each of [a, b, c]) {
      expect([each.ring.ownerOf('payments'), each.ring.ownerOf('search')]).toEqual(['b', 'a']);
    }
  }, until);
  expect(await c.unclaim('payments')).toBe(false);
  expect(await b.unclaim('payments')).toBe(true);
  await vi.waitFor(() => expect(a.ring.state.overrides.has('payments')).toBe(false), until);

  await c.close();
  await vi.waitFor(() => expect(members(a)).toEqual(['a', 'b']), until);
  expect(a.membership.get('c')?.is).toBe('left');
}

describe.skipIf(withoutRedis !== '')(`over Redis${withoutRedis && ` (skipped: ${withoutRedis})`}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.stop());

  it('nodes live together', () => liveTogether(() => redisTransport(redis.url, { channel: 'together' })));

  it('a Redis that goes away is told, survived, and taken up again', async () => {
    const [a, b] = [await start('a', redisTransport(redis.url)), await start('b', redisTransport(redis.url))];
    await vi.waitFor(() => expect(members(b)).toEqual(['a', 'b']), until);
    await redis.stop();
    await vi.waitFor(async () => expect(await a.health()).toMatchObject({ ok: false }), until);
    a.pin('while-away');
    await redis.start();
    await vi.waitFor(async () => expect(await a.health()).toEqual({ ok: true }), until);
    await vi.waitFor(() => expect(b.ring.ownerOf('while-away')).toBe('a'), until);
    expect(members(b)).toEqual(['a', 'b']);
  });

  it('a node starts without Redis, and joins when it comes', async () => {
    await redis.stop();
    const a = await start('a', redisTransport(redis.url, { connectTimeoutMs: 50 }));
    expect(await a.health()).toMatchObject({ ok: false });
    expect(a.ring.ownerOf('anything')).toBe('a');
    await redis.start();
    const b = await start('b', redisTransport(redis.url));
    await vi.waitFor(() => expect(members(b)).toEqual(['a', 'b']), until);
  });
});

it('nodes live together over memberlist', async () => {
  let first = '';
  const bind = { host: '127.0.0.1', port: 0 };
  const port = await freePort();
  const open = (isFirst: boolean): Transport => {
    first ||= `127.0.0.1:${port}`;
    return memberlistTransport(isFirst ? { bind: { ...bind, port } } : { bind, join: [first], keys: undefined });
  };
  await liveTogether(open);
});

describe('a cluster node', () => {
  /** A transport that keeps what it is told, and lets the test speak. */
  class Spoken implements Transport {
    readonly tellsMembers = false;
    readonly published: Uint8Array[] = [];
    events: TransportEvents | undefined;
    async connect(_: unknown, events: TransportEvents): Promise<void> {
      this.events = events;
    }
    async publish(bytes: Uint8Array): Promise<void> {
      this.published.push(bytes);
    }
    async close(): Promise<void> {}
    async health(): Promise<{ ok: boolean }> {
      return { ok: true };
    }
  }

  it('counts and survives what is malformed, forged or not authenticated', async () => {
    const transport = new Spoken();
    const secret = Buffer.from('a secret of the cluster');
    const cluster = await start('a', transport, { secret });
    transport.events?.received(Buffer.from('{'));
    transport.events?.received(new Envelopes().encode({ is: 'heartbeat', from: { id: 'x', addr: 'x:1' } }));
    expect(Object.fromEntries(cluster.refused)).toEqual({
      'not JSON': 1,
      'not authenticated by the cluster secret': 1,
    });
    expect(members(cluster)).toEqual(['a']);
    transport.events?.received(new Envelopes(secret).encode({ is: 'heartbeat', from: { id: 'b', addr: 'b:1' } }));
    await vi.waitFor(() => expect(members(cluster)).toEqual(['a', 'b']), until);
  });

  it('tells its status as the original does, and more', async () => {
    const cluster = await start('a', new Spoken());
    cluster.pin('x', 'b');
    expect(statusOf(cluster)).toMatchObject({
      self: { id: 'a', addr: 'a:9090' },
      members: [{ id: 'a', addr: 'a:9090' }],
      overrides: { x: 'b' },
      presence: [{ id: 'a', is: 'alive', ours: true }],
    });
    let body = '';
    statusHandler(cluster)(undefined, { setHeader: () => {}, end: (text) => (body = text) });
    expect(JSON.parse(body)).toEqual(statusOf(cluster));
  });

  it('goes on when its records cannot be read or a handler throws, and tells', async () => {
    const failing: OwnershipStore = {
      claim: () => Promise.reject(new ConfigError('unavailable', 'no records')),
      unclaim: () => Promise.reject(new ConfigError('unavailable', 'no records')),
      owners: () => Promise.reject(new ConfigError('unavailable', 'no records')),
    };
    const transport = new Spoken();
    const self = { id: 'a', addr: 'a:1' };
    const cluster = new Cluster({ self, transport, ownership: failing });
    onTestFinished(() => cluster.close());
    const errors: string[] = [];
    cluster.on('error', ({ message }) => errors.push(message));
    cluster.on('ring', () => {
      throw new Error('a handler that throws');
    });
    await cluster.connect();
    expect(errors).toEqual(['no records']);
    await expect(cluster.claim('x')).rejects.toThrow('no records');
    cluster.pin('y');
    expect(cluster.ring.ownerOf('y')).toBe('a');
  });

  it('keeps its epoch, is single use, and closes twice', async () => {
    let kept = 500;
    const save = async (epoch: number): Promise<void> => {
      kept = epoch;
    };
    const keptEpoch = { load: async () => kept, save };
    const cluster = await start('a', new Spoken(), { keptEpoch });
    expect(cluster.ring.state.epoch).toBe(500);
    cluster.pin('x');
    expect(kept).toBe(501);
    await cluster.close();
    await cluster.close();
    await expect(cluster.connect()).rejects.toMatchObject({ code: 'closed' });
  });

  it.each([
    ['self.id', { self: { id: '', addr: 'a:1' } }],
    ['self.addr', { self: { id: 'a', addr: '' } }],
    ['transport', { transport: {} as Transport }],
    ['heartbeatMs', { heartbeatMs: 1 }],
    ['failureTimeoutMs', { heartbeatMs: 100, failureTimeoutMs: 100 }],
    ['secret', { secret: new Uint8Array(3) }],
  ])('refuses a wrong %s', (name, options) => {
    const good = { self: { id: 'a', addr: 'a:1' }, transport: new Spoken() };
    expect(() => new Cluster({ ...good, ...options })).toThrow(name);
  });
});
