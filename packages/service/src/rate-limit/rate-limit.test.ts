import { MemoryStore } from '@cfg/core';
import { type ClientError, Metadata, Status } from 'nice-grpc-common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  allowAll,
  type ConfigService,
  createConfigService,
  createInProcessClient,
  type RateLimitOptions,
  rateLimit,
  sharedLimiter,
} from '../index.js';
import { doors } from '../test/doors.js';
import { first } from '../test/failure.js';
import { TokenBuckets } from './token-buckets.js';

/** So slow that no call of a test comes back. */
const slow = { rate: 0.001, burst: 2 };

describe('a rate limit', () => {
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
  });

  afterEach(() => store.close());

  const serviceOf = (limit: RateLimitOptions): ConfigService =>
    createConfigService(store, { guard: allowAll(), rateLimit: limit });

  /** How many of some calls get through, in turn for each of the callers. */
  async function served(limit: RateLimitOptions, callers: { peer: string; forwarded?: string }[]): Promise<number[]> {
    const client = createInProcessClient(serviceOf(limit));
    const counts = callers.map(() => 0);
    for (let round = 0; round < 3; round += 1) {
      for (const [at, { peer, forwarded }] of callers.entries()) {
        const metadata = Metadata(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded });
        await client.listCodecs({}, { peer, metadata }).then(
          () => {
            counts[at] = (counts[at] ?? 0) + 1;
          },
          (error: ClientError) => expect(error.code).toBe(Status.RESOURCE_EXHAUSTED),
        );
      }
    }
    return counts;
  }

  it.each(doors)('holds through $name, for calls and streams, and says when to come again', async ({ open }) => {
    await using door = await open(serviceOf({ rate: 0.25, burst: 2 }));
    await door.client.listCodecs({});
    await first(1, door.client.watch({ startRevision: 0, progress: true }));
    const told: (string | undefined)[] = [];
    const note = (metadata: Metadata) => void told.push(metadata.get('retry-after'));
    const refused = { code: Status.RESOURCE_EXHAUSTED, details: 'too many calls; try again later' };
    await expect(door.client.listCodecs({}, { onHeader: note, onTrailer: note })).rejects.toMatchObject(refused);
    await expect(first(1, door.client.watch({}, { onTrailer: note }))).rejects.toMatchObject(refused);
    for (const seconds of told) expect(['3', '4']).toContain(seconds);
    expect(told).toHaveLength(3);
  });

  it('is that of a host, whatever its port; of IPv6, that of 64 bits', async () => {
    expect(await served(slow, [{ peer: '10.0.0.1:1' }, { peer: '10.0.0.1:2' }, { peer: '10.0.0.2:1' }])).toEqual([
      1, 1, 2,
    ]);
    const [a, b, c] = ['[2001:db8:0:1::1]:1', '2001:db8:0:1:ffff:ffff:ffff:ffff:2', '[2001:db8:0:2::1]:1'];
    expect(
      await served(
        slow,
        [a, b, c].map((peer) => ({ peer: peer as string })),
      ),
    ).toEqual([1, 1, 2]);
    expect(await served(slow, [{ peer: '10.0.0.1:1' }, { peer: '[::ffff:10.0.0.1]:1' }])).toEqual([1, 1]);
  });

  it('believes only proxies that are trusted', async () => {
    const callers = [
      { peer: '10.0.0.1:1', forwarded: '1.1.1.1' },
      { peer: '10.0.0.1:1', forwarded: '2.2.2.2' },
      { peer: '10.0.0.1:1', forwarded: '9.9.9.9, 2.2.2.2, 10.7.7.7' },
    ];
    expect(await served(slow, callers)).toEqual([1, 1, 0]);
    expect(await served({ ...slow, trustedProxies: ['10.0.0.0/8'] }, callers)).toEqual([2, 1, 1]);
    // Whatever a client writes in front of what a proxy adds changes nothing; what is no address is no client.
    const liars = ['a', 'b', 'c'].map((forwarded) => ({ peer: '10.0.0.1:1', forwarded }));
    expect(await served({ ...slow, trustedProxies: ['10.0.0.1'] }, liars)).toEqual([1, 1, 0]);
    expect(() => rateLimit({ trustedProxies: ['10.0.0.0/33'] })).toThrow('is no address and no range');
  });

  it('is that of a user, or of whom a function names', async () => {
    const guard = {
      ...allowAll(),
      authenticate: ({ metadata }: { metadata: Metadata }) => ({ userId: metadata.get('user') ?? '', claims: {} }),
    };
    const client = createInProcessClient(createConfigService(store, { guard, rateLimit: { ...slow, client: 'user' } }));
    const as = (user: string, peer: string) => client.listCodecs({}, { metadata: Metadata({ user }), peer });
    await as('ann', 'a:1');
    await as('ann', 'b:1');
    await expect(as('ann', 'c:1')).rejects.toMatchObject({ code: Status.RESOURCE_EXHAUSTED });
    await as('bob', 'a:1');
    expect(await served({ ...slow, client: () => 'all' }, [{ peer: 'a:1' }, { peer: 'b:1' }])).toEqual([1, 1]);
  });

  it('may be shared by the limiters of a library; while those fail, the server counts alone', async () => {
    const library = new RateLimiterMemory({ points: 2, duration: 1_000 });
    expect(await served({ limiter: sharedLimiter(library) }, [{ peer: 'a:1' }, { peer: 'b:1' }])).toEqual([2, 2]);
    expect(await served({ limiter: sharedLimiter(library) }, [{ peer: 'a:1' }, { peer: 'c:1' }])).toEqual([0, 2]);
    const error = vi.fn();
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error };
    const down = { consume: () => Promise.reject(new Error('down')) };
    expect(await served({ ...slow, limiter: sharedLimiter(down), logger }, [{ peer: 'a:1' }])).toEqual([2]);
    expect(error).toHaveBeenCalledTimes(1);
  });

  it.each([
    [{ rate: 0 }, 'rate'],
    [{ rate: Number.NaN }, 'rate'],
    [{ burst: 0 }, 'burst'],
    [{ maxClients: 0 }, 'maxClients'],
  ])('refuses %j', (options, name) => {
    expect(() => serviceOf(options)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
    );
  });
});

describe('token buckets', () => {
  it('let burst calls through at once, then rate a second', () => {
    let nowMs = 0;
    const buckets = new TokenBuckets(10, 3, 100, () => nowMs);
    const taken = (): number[] => Array.from({ length: 4 }, () => buckets.take('a'));
    expect(taken()).toEqual([0, 0, 0, 100]);
    nowMs += 50;
    expect(buckets.take('a')).toBe(50);
    nowMs += 50;
    expect(buckets.take('a')).toBe(0);
    nowMs += 60_000;
    expect(taken()).toEqual([0, 0, 0, 100]);
  });

  it('stay within their number under a million clients', () => {
    const buckets = new TokenBuckets(1, 1, 1_000);
    for (let client = 0; client < 1_000_000; client += 1) buckets.take(`10.${client >> 16}.${client >> 8}.${client}`);
    expect(buckets.size).toBe(1_000);
    expect(buckets.take('10.15.3906.999999')).toBeGreaterThan(0);
    expect(buckets.take('10.0.0.0')).toBe(0);
  });
});
