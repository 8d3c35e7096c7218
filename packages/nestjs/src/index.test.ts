import 'reflect-metadata';
import { AppConfig, MemoryStore } from '@cfg/client';
import { fakeConfig } from '@cfg/testing';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigModule, LiveConfig, type LiveOf, settings } from './index.js';

const DbSettings = settings('db', z.object({ host: z.string(), pool: z.number().default(10) }));

class Pool {
  readonly db: LiveOf<typeof DbSettings>;
  size: number;

  constructor(db: LiveOf<typeof DbSettings>) {
    this.db = db;
    this.size = db.current.pool;
    db.pick(({ pool }) => pool).on('change', ({ current }) => {
      this.size = current;
    });
  }
}
// Does what `@Injectable()` and `@LiveConfig(DbSettings)` do: this repository's TypeScript is erasable, and has no decorators.
Injectable()(Pool);
LiveConfig(DbSettings)(Pool, undefined as never, 0);

class PoolModule {}
Module({ imports: [ConfigModule.forFeature(DbSettings)], providers: [Pool], exports: [Pool] })(PoolModule);

function rootModule(options: Parameters<typeof ConfigModule.forRoot>[0]): new () => object {
  class Root {}
  Module({ imports: [ConfigModule.forRoot(options), PoolModule] })(Root);
  return Root;
}

it('injects settings that change without a restart', async () => {
  await using config = await fakeConfig({ db: { host: 'one', pool: 5 } });
  const app = await NestFactory.createApplicationContext(rootModule({ config }), { logger: false });
  const pool = app.get(Pool);
  expect([pool.size, pool.db.current.host]).toEqual([5, 'one']);
  await config.set('db/pool', 20);
  expect(pool.size).toBe(20);
  await config.set('db/pool', 'many');
  expect(pool.size).toBe(20);
  await app.close();
  await config.set('db/pool', 30);
  expect(pool.size).toBe(20);
});

it('connects by itself, injects AppConfig everywhere, and is closed with the app', async () => {
  const store = new MemoryStore();
  await store.connect();
  await store.set('payments', 'db/host', { bytes: Buffer.from('"one"'), codec: 'json', type: 'string' });
  const app = await NestFactory.createApplicationContext(
    rootModule({ namespace: 'payments', store, cacheFile: false }),
    {
      logger: false,
    },
  );
  expect((await app.get(AppConfig).get('db/host')).data).toBe('one');
  await app.close();
  await expect(store.get('payments', 'a')).rejects.toMatchObject({ code: 'closed' });
});

it('does not start where the settings are not valid', async () => {
  await using config = await fakeConfig({ db: { host: 7 } });
  const starting = NestFactory.createApplicationContext(rootModule({ config }), { logger: false, abortOnError: false });
  await expect(starting).rejects.toMatchObject({ code: 'invalid_value' });
});

it.each<[make: () => unknown, why: string]>([
  [() => ConfigModule.forRoot(undefined as never), 'ConfigModule.forRoot needs options'],
  [() => ConfigModule.forRoot({ config: {} } as never), 'option config must be what connect() or fakeConfig() returns'],
  [() => ConfigModule.forFeature(z.object({}) as never), 'ConfigModule.forFeature takes what settings() returns'],
  [() => ConfigModule.forFeature(undefined as never), 'ConfigModule.forFeature takes what settings() returns'],
])('%s is refused', (make, why) => {
  expect(make).toThrow(expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(why) }));
});
