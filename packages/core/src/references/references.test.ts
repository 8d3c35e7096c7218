import type { StandardSchemaV1 } from '@standard-schema/spec';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Secret } from '../codecs/secret.js';
import { away, setUp as open, settled } from '../test/manager.js';
import { Value } from '../value/value.js';

const setUp = (): ReturnType<typeof open> => open({ references: true });

/** Takes any object. */
const anything: StandardSchemaV1<unknown, Record<string, unknown>> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({ value: value as Record<string, unknown> }),
  },
};

const ref = (key: string): string => `\${${key}}`;

async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    (value) => expect.fail(`answered ${String(value)}`),
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );
}

describe('references', () => {
  it('stand for the values of other keys, of the same namespace and of others', async () => {
    const { manager, config } = await setUp();
    await config.set('db/host', 'db1');
    await config.set('db/port', 5432);
    await config.set('db/options', { ssl: true, hosts: [ref('db/host')] });
    await manager.namespace('shared:eu').set('region', `eu-${ref('zone')}`);
    await manager.namespace('shared:eu').set('zone', 1);
    await config.set('url', `postgres://${ref('db/host')}:${ref('db/port')}/app?region=${ref('shared:eu:region')}`);
    await config.set('port', ref('db/port'));
    await config.set('all', { db: ref('db/options'), urls: [ref('url'), 'x'], other: null, n: 1 });
    expect((await config.get('url')).string()).toBe('postgres://db1:5432/app?region=eu-1');
    const port = await config.get('port');
    expect([port.data, port.type, port.version]).toEqual([5432, 'int', 1]);
    const all = {
      db: { ssl: true, hosts: ['db1'] },
      urls: ['postgres://db1:5432/app?region=eu-1', 'x'],
      other: null,
      n: 1,
    };
    expect((await config.get('all')).data).toEqual(all);
    expect(Object.isFrozen((await config.get('all')).object())).toBe(true);
    // The stored text stays as it is written.
    expect((await config.stored('port')).data).toBe(ref('db/port'));
    expect((await config.find({ keys: ['port'] })).values[0]?.data).toBe(ref('db/port'));
    expect((await config.get('none', { default: ref('x') })).data).toBe(ref('x'));
    expect((await config.get('url', { read: 'store' })).string()).toContain('db1');
    const { revision } = await config.set('db/host', 'db2');
    expect((await config.get('url')).string()).toContain('db2');
    expect((await config.get('url', { atRevision: revision - 1 })).string()).toContain('db1');
  });

  it('are left as they are unless switched on', async () => {
    const { config } = await open();
    await config.set('a', ref('b'));
    expect((await config.get('a')).data).toBe(ref('b'));
    await expect(open({ references: 'yes' as never })).rejects.toThrow('option references');
  });

  it('hide what a secret hides', async () => {
    const { config } = await setUp();
    await config.set('password', 'hunter2', { codec: 'secret' });
    await config.set('url', `db://me:${ref('password')}@host`);
    await config.set('same', ref('password'));
    await config.set('odd', `pa${'${'}`, { codec: 'secret' });
    const url = await config.get('url');
    expect(`${url.secret()} ${JSON.stringify(url)}`).not.toContain('hunter2');
    expect([url.type, url.secret().reveal()]).toEqual(['secret', 'db://me:hunter2@host']);
    expect((await config.get('same')).data).toBeInstanceOf(Secret);
    expect((await config.get('odd')).secret().reveal()).toBe(`pa${'${'}`);
  });

  it('that are wrong fail the read, and say which', async () => {
    const { config } = await setUp();
    const values = {
      ...{ self: ref('self'), a: ref('b'), b: { x: [ref('c')] }, c: `1${ref('a')}` },
      ...{ gap: `${ref('there/none')}`, text: `x${ref('object')}`, object: {} },
      ...{ open: 'x ${', empty: ref(''), spaces: ref('a b'), namespace: ref('-x:a'), deep0: 'end' },
    };
    for (const [key, data] of Object.entries(values)) await config.set(key, data);
    for (let i = 1; i <= 17; i += 1) await config.set(`deep${i}`, ref(`deep${i - 1}`));
    expect(await failure(config.get('self'))).toBe(
      'invalid_value prod/self: its references lead in a circle: prod/self → prod/self',
    );
    expect(await failure(config.get('a'))).toMatch(/prod\/a → prod\/b → prod\/c → prod\/a$/);
    expect(await failure(config.get('gap'))).toBe(`invalid_value prod/gap: ${ref('there/none')} leads to no key`);
    expect(await failure(config.get('text'))).toContain('neither a text, nor a number');
    for (const key of ['open', 'empty', 'spaces', 'namespace']) {
      expect(await failure(config.get(key))).toMatch(/invalid_value prod\/\w+: a "\$\{" must begin a reference/);
    }
    expect((await config.get('deep16')).data).toBe('end');
    expect(await failure(config.get('deep17'))).toContain(
      '(from prod/deep17): its references lead through more than 16',
    );
    expect(() => config.peek('self')).toThrow('in a circle');
    // A default is for a key that is not there, not for one that is wrong.
    expect(await failure(config.get('gap', { default: 1 }))).toContain('leads to no key');
  });

  it('cannot be made to fill the memory', async () => {
    const { config } = await setUp();
    await config.set('texts0', 'ha');
    await config.set('objects0', {});
    for (let i = 1; i < 16; i += 1) {
      await config.set(`texts${i}`, ref(`texts${i - 1}`).repeat(10));
      await config.set(`objects${i}`, Array(10).fill(ref(`objects${i - 1}`)));
    }
    expect(await failure(config.get('texts15'))).toContain('characters and items');
    expect(await failure(config.get('objects15'))).toContain('characters and items');
    expect((await config.get('texts4')).string()).toHaveLength(20_000);
  });

  it('leave any text as it is whose "${" are escaped', async () => {
    const { config } = await setUp();
    const texts = fc.array(fc.constantFrom('$', '${', '{', '}', 'a', ':', '$$')).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        await config.set(
          'text',
          text.replaceAll('${', () => '$${'),
        );
        expect((await config.get('text')).data).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('are shown at once where all is remembered', async () => {
    const { store, config } = await setUp();
    await store.inner.set('prod', 'a', Value.of(`x${ref('b')}`));
    await store.inner.set('prod', 'b', Value.of(1));
    await config.stored('a');
    await settled(store, config, 'a');
    expect(config.peek('a')?.data).toBe('x1');
    await store.inner.set('prod', 'c', Value.of(ref('d')));
    await store.inner.set('prod', 'd', Value.of(2));
    await config.stored('c');
    expect(config.peek('c')).toBeUndefined();
    expect((await config.get('c')).data).toBe(2);
    expect(config.peek('c')?.data).toBe(2);
    store.down = away();
    store.cut(away());
    await vi.waitFor(() => expect(config.peek('a')).toMatchObject({ data: 'x1', stale: true }));
    expect(await config.get('a')).toMatchObject({ data: 'x1', stale: true });
  });

  it('are looked up in all layers', async () => {
    const { manager } = await setUp();
    const [production, base] = [manager.namespace('production'), manager.namespace('base')];
    await base.set('host', 'localhost');
    await base.set('url', `http://${ref('host')}`);
    await base.set('own', ref('base:host'));
    await production.set('host', 'prod1');
    const layers = manager.namespace(['production', 'base']);
    expect((await layers.get('url')).data).toBe('http://prod1');
    expect((await layers.get('own')).data).toBe('localhost');
    expect((await base.get('url')).data).toBe('http://localhost');
    expect(layers.peek('url')?.data).toBe('http://prod1');
    using live = await layers.live('', anything);
    expect(live.current).toMatchObject({ url: 'http://prod1', own: 'localhost' });
    await production.delete('host');
    await live.when(({ url }) => url === 'http://localhost');
  });
});

describe('references of a live reference', () => {
  it('are followed, wherever they lead', async () => {
    const { store, manager, config } = await setUp();
    await config.set('app/url', `http://${ref('hosts/one')}:${ref('app/port')}/${ref('other:path')}`);
    await config.set('app/port', 80);
    await config.set('hosts/one', 'a');
    await manager.namespace('other').set('path', 'x');
    using live = await config.live('app', anything);
    expect(live.current.url).toBe('http://a:80/x');
    const urls: unknown[] = [];
    live.on('change', ({ current }) => urls.push(current.url));
    const sees = (url: string): Promise<unknown> => live.when((current) => current.url === url);
    await store.inner.set('prod', 'hosts/one', Value.of('b'));
    await sees('http://b:80/x');
    await store.inner.set('other', 'path', Value.of('y'));
    await sees('http://b:80/y');
    await config.set('app/port', 81);
    await sees('http://b:81/y');
    // Through another key, which is followed from then on.
    await config.set('hosts/one', ref('hosts/two'));
    await vi.waitFor(() => expect(live.status.error?.message).toContain(`${ref('hosts/two')} leads to no key`));
    expect(live.current.url).toBe('http://b:81/y');
    await config.set('hosts/two', 'c');
    await sees('http://c:81/y');
    expect(live.status.error).toBeUndefined();
    // After a break as well.
    store.down = away();
    store.cut(away());
    await store.inner.set('prod', 'hosts/two', Value.of('d'));
    store.down = undefined;
    await sees('http://d:81/y');
    expect(new Set(urls).size).toBe(urls.length);
  });

  it('are not followed any more when it is closed, or when they are gone', async () => {
    const { config } = await setUp();
    await config.set('app/a', ref('x'));
    await config.set('x', 1);
    let following = 0;
    const { onChange } = config;
    config.onChange = (key, listener) => {
      following += 1;
      const stop = onChange.call(config, key, listener);
      return () => {
        following -= 1;
        stop();
      };
    };
    const live = await config.live('app', anything);
    expect(following).toBe(1);
    await config.set('app/a', 'plain');
    await live.when(({ a }) => a === 'plain');
    expect(following).toBe(0);
    await config.set('app/a', ref('x'));
    await live.when(({ a }) => a === 1);
    expect(following).toBe(1);
    live.close();
    expect(following).toBe(0);
  });
});
