import { type Change, Manager } from '@cfg/core';
import type { ListResponse, WatchResponse } from '@cfg/proto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectCode, json } from './test/expect-code.js';
import { harness, until } from './test/harness.js';
import type { TestServer, TestServerOptions } from './test/server.js';

/*
 * A server that behaves as the Go original does beyond its recordings: no features, no revisions, no error details, lists in any
 * order, and a watch that drops events of a client that is slow.
 */

const { server, store } = harness();

interface Like extends TestServer {
  /** How many of the next events are dropped, without a word. */
  drops: number;
}

async function startLike(options: TestServerOptions = {}): Promise<Like> {
  const strip = <T extends { revision: number } | undefined>(entry: T): T => entry && { ...entry, revision: 0 };
  const plain = await server({
    ...{ announces: false, features: [], withoutDetails: true, ...options },
    async *middleware(call, context) {
      const name = call.method.path.split('/').at(-1);
      if (call.responseStream) {
        for await (const event of call.next(call.request, context)) {
          const { entry } = event as WatchResponse;
          if (like.drops-- > 0) continue;
          yield { ...(event as WatchResponse), entry: strip(entry), revision: 0, more: false } as typeof event;
        }
        return;
      }
      const answer = yield* call.next(call.request, context);
      if (name !== 'List') return answer;
      const { entries } = answer as ListResponse;
      const shuffled = entries.map(strip).sort(() => Math.random() - 0.5);
      return { ...(answer as ListResponse), entries: shuffled, nextCursor: 'x', revision: undefined } as typeof answer;
    },
  });
  const like: Like = Object.assign(plain, { drops: 0 });
  return like;
}

async function managerOver(like: Like, revalidateMs = 10_000): Promise<Manager> {
  const manager = new Manager({ store: store(like.address), watch: { initialBackoffMs: 5, revalidateMs } });
  onTestFinished(() => manager.close());
  await manager.connect();
  return manager;
}

describe('over a server like the Go original', () => {
  it('find is in key order, page by page, and tells whether anything follows', async () => {
    const like = await startLike();
    const config = (await managerOver(like)).namespace('prod');
    const keys = Array.from({ length: 25 }, (_, i) => `app/${String(i).padStart(2, '0')}`);
    for (const key of keys) await like.store.set('prod', key, json(1));
    await like.store.set('prod', 'other', json(1));
    const all: string[] = [];
    for await (const { key } of config.all({ prefix: 'app/', limit: 5 })) all.push(key);
    expect(all).toEqual(keys);
    const whole = await config.find({ prefix: 'app/', limit: 25 });
    expect([whole.values.length, whole.nextCursor, whole.revision]).toEqual([25, '', undefined]);
    const { nextCursor } = await config.find({ prefix: 'app/', limit: 24 });
    expect((await config.find({ prefix: 'app/', cursor: nextCursor })).values.map(({ key }) => key)).toEqual([
      'app/24',
    ]);
    await expectCode(config.find({ prefix: 'app', cursor: nextCursor }), 'invalid_cursor');
    await expectCode(config.find({ prefix: 'app/', cursor: 'x' }), 'invalid_cursor');
  });

  it('a manager reads from memory, hears of changes, and its own writes are seen', async () => {
    const like = await startLike();
    const config = (await managerOver(like)).namespace('prod');
    await expectCode(config.get('a'), 'not_found');
    await config.set('a', 1);
    expect((await config.get('a')).data).toBe(1);
    using loaded = await config.load();
    await like.store.set('prod', 'a', json(2));
    await until(() => loaded.get('a')?.data === 2);
    await like.store.delete('prod', 'a');
    await until(() => config.peek('a') === undefined);
    await expectCode(config.get('a'), 'not_found');
    const calls = like.calls.length;
    await config.set('b', 1);
    for (let i = 0; i < 50; i += 1) expect((await config.get('b')).data).toBe(1);
    expect(like.calls.length - calls).toBeLessThan(10);
    await expectCode(config.set('b', 2, { ifNotExists: true }), 'key_exists');
    await expectCode(config.set('b', 2, { ifVersion: 1 }), 'unsupported');
  });

  it('what its watch has dropped is served as fresh no longer than said', async () => {
    const like = await startLike();
    const config = (await managerOver(like, 30)).namespace('prod');
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    for (const key of keys) await like.store.set('prod', key, json(1));
    using loaded = await config.load();
    for (const key of keys) await config.get(key);
    like.drops = Number.POSITIVE_INFINITY;
    for (const key of keys) await like.store.set('prod', key, json(2));
    await until(() => keys.every((key) => config.peek(key)?.data === 2 && loaded.get(key)?.data === 2));
    expect((await config.get('k0')).stale).toBe(false);
    // It is asked for something cheap: a snapshot that it need not send again.
    const before = like.calls.filter((call) => call !== 'Snapshot').length;
    const snapshots = like.calls.length;
    await until(() => like.calls.length > snapshots + 3);
    expect(like.calls.filter((call) => call !== 'Snapshot')).toHaveLength(before);
  });

  it('a watch misses nothing of its own next write, and tells what was missed while the connection was lost', async () => {
    const like = await startLike();
    const config = (await managerOver(like)).namespace('prod');
    await like.store.set('prod', 'gone', json(0));
    await using changes = config.watch();
    await config.set('a', 1);
    expect(await changes.next()).toMatchObject({ value: { type: 'set', key: 'a' } });
    like.kill();
    await like.store.set('prod', 'a', json(2));
    await like.store.delete('prod', 'gone');
    await startLike({ port: like.port, store: like.store });
    const told = [await changes.next(), await changes.next()].map(({ value }) => value && [value.type, value.key]);
    expect(told).toEqual([
      ['delete', 'gone'],
      ['set', 'a'],
    ]);
  });

  it('its errors arrive with their codes, by status and words', async () => {
    const like = await startLike();
    const remote = store(like.address);
    await remote.connect();
    await expectCode(remote.get('prod', 'none'), 'not_found');
    await remote.set('prod', 'a', json(1));
    await expectCode(remote.set('prod', 'a', json(1), { mode: 'create' }), 'key_exists');
    await expectCode(remote.set('prod', 'none', json(1), { mode: 'update' }), 'not_found');
    await expectCode(remote.versions('prod', 'a', { version: 9 }), 'version_not_found');
    await remote.setAlias('al', 'a');
    await expectCode(remote.setAlias('al', 'a'), 'alias_exists');
    await expectCode(remote.get('', 'a'), 'invalid_namespace');
    await expectCode(remote.get('prod', ''), 'invalid_key');
    const stream = remote.watch({ namespaces: ['prod'] });
    await stream.ready;
    await remote.set('prod', 'a', json(2));
    const { value } = await stream.next();
    expect([(value as Change).type, (value as Change).revision]).toEqual(['set', 0]);
  });
});
