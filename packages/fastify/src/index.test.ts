import { MemoryStore } from '@cfg/client';
import { fakeConfig } from '@cfg/testing';
import fastify from 'fastify';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { cfgPlugin } from './index.js';

const Limits = z.object({ perMinute: z.number().default(60) });

it('gives an app its configuration, which changes while it runs', async () => {
  await using config = await fakeConfig({ limits: { perMinute: 5 } });
  const app = fastify();
  await app.register(cfgPlugin, { config });
  const limits = await app.config.live('limits', Limits);
  app.get('/limits', () => limits.current);
  expect((await app.inject('/limits')).json()).toEqual({ perMinute: 5 });
  await config.set('limits/perMinute', 7);
  expect((await app.inject('/limits')).json()).toEqual({ perMinute: 7 });
  await app.close();
  expect((await config.get('limits/perMinute')).data).toBe(7);
});

it('connects by itself, in whatever scope it is registered, and is closed with the app', async () => {
  const app = fastify();
  const store = new MemoryStore();
  await app.register(async (scope) => {
    await scope.register(cfgPlugin, { namespace: 'payments', store, cacheFile: false });
    const limits = await scope.config.live('limits', Limits);
    scope.get('/limits', () => limits.current);
  });
  expect((await app.inject('/limits')).json()).toEqual({ perMinute: 60 });
  await app.close();
  await expect(store.get('payments', 'a')).rejects.toMatchObject({ code: 'closed' });
});

it("says what is wrong with its options, and leaves Fastify's own alone", async () => {
  const refused = (options: object): unknown =>
    fastify()
      .register(cfgPlugin, options as never)
      .ready();
  await expect(refused({ config: {} })).rejects.toThrow('option config must be what connect() or fakeConfig() returns');
  await expect(refused({ namespace: 'a', cachefile: false })).rejects.toThrow('option cachefile is not an option of');
  const app = fastify();
  const own = { namespace: 'a', store: new MemoryStore(), cacheFile: false } as const;
  await app.register(cfgPlugin, { ...own, prefix: '/x', logLevel: 'warn' } as never);
  await app.close();
});
