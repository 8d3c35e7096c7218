import { ConfigError } from '@cfg/client';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fakeConfig } from './index.js';

const Db = z.object({ host: z.string(), pool: z.number().default(10) });

describe('fakeConfig', () => {
  it('has the data, and settles a change when it is seen', async () => {
    await using config = await fakeConfig({ db: { host: 'one' }, 'a/b': 1 });
    using db = await config.live('db', Db);
    const pools: number[] = [];
    db.on('change', ({ current }) => pools.push(current.pool));
    for (let pool = 20; pool < 40; pool += 1) {
      await config.set('db/pool', pool);
      expect(db.current.pool).toBe(pool);
    }
    expect(pools).toHaveLength(20);
    expect((await config.get('a/b')).data).toBe(1);
    await config.delete('db/pool');
    expect(db.current.pool).toBe(10);
    await config.server.set('test', 'db/host', { bytes: Buffer.from('"two"'), codec: 'json', type: 'string' });
    await config.settled();
    expect(db.current.host).toBe('two');
  });

  it('fails as it is told to, and recovers', async () => {
    await using config = await fakeConfig({ db: { host: 'one' } });
    using db = await config.live('db', Db);
    config.faults.outage();
    await expect(config.get('never-read')).rejects.toMatchObject({ code: 'unavailable' });
    expect(config.peek('db/host')).toMatchObject({ data: 'one', stale: true });
    expect(db.status.stale).toBe(true);
    config.faults.recover();
    await config.namespace.set('db/host', 'two');
    await db.when(({ host }) => host === 'two');
    config.faults.failNext(new ConfigError('resource_exhausted', 'slow down'));
    await expect(config.namespace.set('x', 1)).rejects.toMatchObject({ code: 'resource_exhausted' });
    await config.set('x', 1);
    config.faults.cut();
    await config.set('x', 2);
    expect((await config.get('x')).data).toBe(2);
  });

  it('lets time pass', async () => {
    await using config = await fakeConfig({}, { nowMs: Date.parse('2030-01-01') });
    await config.set('token', 'x', { ttlMs: 60_000 });
    using all = await config.live('', z.object({ token: z.string().optional() }));
    await config.advance(59_999);
    expect(all.current.token).toBe('x');
    await config.advance(1);
    expect(all.current.token).toBeUndefined();
    expect(await config.has('token')).toBe(false);
  });

  it('leaves nothing behind', async () => {
    const before = process.getActiveResourcesInfo().length;
    for (let i = 0; i < 20; i += 1) {
      await using config = await fakeConfig({ db: { host: 'one' } });
      await config.live('db', Db);
    }
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });
});

it('has no options but those that it tells', async () => {
  await expect(fakeConfig({}, { now: 1 } as never)).rejects.toThrow('option now is not an option of fakeConfig');
});
