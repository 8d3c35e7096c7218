import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { connect, encryptedCodec, FileCache, Manager, MemoryStore, Secret, type StandardSchema } from './index.js';
import { expectCode, json } from './test/expect-code.js';
import { harness } from './test/harness.js';
import type { TestServer } from './test/server.js';

const { server } = harness();
const Db = z.object({ host: z.string(), pool: z.number().default(10) });
const quick = { retry: { initialBackoffMs: 5, maxBackoffMs: 20 }, watch: { initialBackoffMs: 5 } };

const temporary = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'cfg-')), 'app.cache');

function environment(behind: TestServer, file: string): void {
  vi.stubEnv('CFG_ADDRESS', behind.address);
  vi.stubEnv('CFG_INSECURE', 'true');
  vi.stubEnv('CFG_CACHE_DIR', file);
}

async function nothingThere(): Promise<string> {
  const gone = await server();
  gone.kill();
  return gone.address;
}

describe('connect', () => {
  it('is five lines', async () => {
    const behind = await server();
    environment(behind, await temporary());
    await behind.store.set('payments', 'db/host', json('one'));
    const resized: number[] = [];

    const config = await connect({ namespace: 'payments', server: quick });
    onTestFinished(() => config.close());
    const db = config.live('db', Db);
    await db.ready;
    using _ = db.on('change', ({ current, changed }) => changed.has('pool') && resized.push(current.pool));
    expect(db.current.host).toBe('one');

    await behind.store.set('payments', 'db/pool', json(20));
    await vi.waitFor(() => expect(resized).toEqual([20]));
    expect(config.status).toMatchObject([{ namespace: 'payments', source: 'server', connected: true, ageMs: 0 }]);
    expect((await config.get('db/host')).data).toBe('one');
    expect(config.peek('db/host')?.data).toBe('one');
  });

  it('starts without the server: from its file, from bootstrap values, from defaults; the server wins', async () => {
    const cacheFile = await temporary();
    const first = await server();
    await first.store.set('payments', 'db/host', json('one'));
    await first.store.set('payments', 'db/pool', json(3));
    const options = { namespace: 'payments', cacheFile, waitMs: 300, server: { ...quick, insecure: true } };
    const before = await connect({ ...options, address: first.address });
    await before.live('db', Db);
    await before.close();
    first.kill();

    const config = await connect({
      ...options,
      address: first.address,
      bootstrap: { payments: { 'db/host': 'bootstrap', 'limits/rate': 5 } },
      watch: { initialBackoffMs: 5, maxBackoffMs: 20 },
    });
    onTestFinished(() => config.close());
    const db = await config.live('db', Db);
    expect(db.current).toEqual({ host: 'one', pool: 3 });
    expect(db.status).toMatchObject({ source: 'cache', stale: true });
    expect((await config.live('limits', z.object({ rate: z.number() }))).current.rate).toBe(5);
    expect((await config.live('none', z.object({ on: z.boolean().default(true) }))).current.on).toBe(true);
    expect(config.status).toMatchObject([{ source: 'cache', connected: false, ageMs: undefined }]);

    await first.store.set('payments', 'db/host', json('two'));
    await server({ port: first.port, store: first.store });
    await db.when(({ host }) => host === 'two');
    expect(db.status).toMatchObject({ source: 'server', stale: false });
  });

  it('fails only where the server is required, or an option is wrong', async () => {
    const options = { namespace: 'payments', cacheFile: false, waitMs: 100, server: { insecure: true } } as const;
    const address = await nothingThere();
    await expectCode(connect({ ...options, address, required: 'server' }), 'unavailable');
    await (await connect({ ...options, address })).close();
    await expectCode(connect(options), 'invalid_argument');
    await expectCode(connect({ ...options, address: 'no-port' }), 'invalid_argument');
    const store = new MemoryStore();
    await using config = await connect({ ...options, store, namespace: ['production', 'base'], required: 'server' });
    await config.manager.namespace('base').set('a', 1);
    expect((await config.explain('a'))?.namespace).toBe('base');
    expect(await config.has('b')).toBe(false);
    expect(config.namespace.name).toBe('production');
  });
});

describe('a cache file', () => {
  const kept = async (path: string, keys?: ConstructorParameters<typeof FileCache>[1]): Promise<FileCache> => {
    const cache = new FileCache(path, { writeAfterMs: 0, ...keys });
    await cache.open();
    return cache;
  };
  const written = async (path: string, options?: ConstructorParameters<typeof FileCache>[1]): Promise<void> => {
    await using manager = new Manager({ store: new MemoryStore(), cache: new FileCache(path, options) });
    await manager.connect();
    const config = manager.namespace('prod');
    await config.set('a', { x: 1 });
    await config.set('password', 'hunter2', { codec: 'secret' });
    await Promise.all([config.get('a'), config.get('password'), config.get('none').catch(() => {})]);
  };
  const keys = { current: 'k1', keys: { k1: randomBytes(32) } };

  it('leaves secrets out, or encrypts them', async () => {
    const path = await temporary();
    await written(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path)).toString()).not.toContain(Buffer.from('hunter2').toString('base64'));
    const plain = await kept(path, { keys });
    expect(plain.get('prod', 'a')?.entry?.version).toBe(1);
    expect(plain.get('prod', 'password')).toBeUndefined();
    await written(path, { keys });
    expect((await readFile(path)).toString()).not.toContain(Buffer.from('hunter2').toString('base64'));
    expect(Buffer.from((await kept(path, { keys })).get('prod', 'password')?.entry?.bytes ?? []).toString()).toBe(
      'hunter2',
    );
    expect((await kept(path)).get('prod', 'password')).toBeUndefined();
    const others = { current: 'k1', keys: { k1: randomBytes(32) } };
    expect((await kept(path, { keys: others })).get('prod', 'password')).toBeUndefined();
  });

  it('that is torn or foreign is ignored, wherever it is torn', async () => {
    const path = await temporary();
    await written(path);
    const whole = await readFile(path);
    const warnings: unknown[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (fields: object) => warnings.push(fields) };
    const broken = [Buffer.from('{}'), Buffer.alloc(0), Buffer.concat([whole, Buffer.from(' ')])];
    for (let n = 0; n < whole.length; n += 37) broken.push(whole.subarray(0, n));
    for (const bytes of broken) {
      await writeFile(path, bytes);
      expect([...(await kept(path, { logger })).states()]).toEqual([]);
    }
    expect(warnings).toHaveLength(broken.length);
  });

  it('may be shared, and never fails the app', async () => {
    const path = await temporary();
    const caches = await Promise.all(Array.from({ length: 8 }, () => kept(path)));
    const state = { entry: undefined, revision: 1, logId: 'l', session: 's' };
    for (let round = 0; round < 5; round += 1) {
      for (const [i, cache] of caches.entries()) cache.set('prod', `k${i}`, { ...state });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(caches.map((cache) => cache.close()));
    expect([...(await kept(path)).states()]).toHaveLength(1);
    expect(await readdir(join(path, '..'))).toEqual(['app.cache']);
    const nowhere = await kept(join(path, 'not-a-folder', 'x'));
    nowhere.set('prod', 'k', state);
    await nowhere.close();
  });
});

describe('the encrypting codec', () => {
  const [old, fresh] = [randomBytes(32), randomBytes(32)];

  it('stores what the server cannot read, and reads what older keys wrote', async () => {
    const store = new MemoryStore();
    const open = async (keys: Parameters<typeof encryptedCodec>[0]): Promise<Manager> => {
      const { defaultCodecs } = await import('@cfg/core');
      const manager = new Manager({ store, codecs: defaultCodecs().extend(encryptedCodec(keys)) });
      await manager.connect();
      return manager;
    };
    const first = await open({ current: 'old', keys: { old } });
    const config = first.namespace('prod');
    await config.set('a', { pin: 1234 }, { codec: 'client:encrypted:json' });
    await config.set('b', { pin: 1234 }, { codec: 'client:encrypted:json' });
    const [a, b] = [await store.get('prod', 'a'), await store.get('prod', 'b')];
    expect(Buffer.from(a.bytes).toString('latin1')).not.toContain('1234');
    expect(Buffer.compare(a.bytes, b.bytes)).not.toBe(0);
    const codec = encryptedCodec({ current: 'fresh', keys: { old, fresh } });
    expect(codec.decode(a.bytes)).toEqual({ pin: 1234 });
    expect(() => encryptedCodec({ current: 'fresh', keys: { fresh } }).decode(a.bytes)).toThrow('"old"');
    for (let i = 0; i < a.bytes.length; i += 1) {
      const damaged = Uint8Array.from(a.bytes);
      damaged[i] = (damaged[i] as number) ^ 1;
      expect(() => codec.decode(damaged)).toThrow(expect.objectContaining({ code: 'invalid_value' }));
      expect(() => codec.decode(a.bytes.subarray(0, i))).toThrow(expect.objectContaining({ code: 'invalid_value' }));
    }
    await first.close();
  });

  it('refuses keys that are none', () => {
    expect(() => encryptedCodec({ current: 'x', keys: {} })).toThrow('missing');
    expect(() => encryptedCodec({ current: 'x', keys: { x: Buffer.alloc(16) } })).toThrow('32 bytes');
    expect(() => encryptedCodec({ current: 'a b', keys: { 'a b': old } })).toThrow('letters');
  });
});

it('a schema may want a Secret', () => {
  const schema: StandardSchema = z.object({ password: z.instanceof(Secret) });
  expect(schema['~standard'].version).toBe(1);
});
