import type { Change, Entry } from '@cfg/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RemoteStore } from './remote-store.js';
import { expectCode, json } from './test/expect-code.js';
import { startOriginal } from './test/original.js';

describe('against the Go original, as recorded', () => {
  let server: Awaited<ReturnType<typeof startOriginal>>;
  let store: RemoteStore;

  beforeEach(async () => {
    server = await startOriginal();
    store = new RemoteStore(server.address, { insecure: true, retry: { maxRetries: 0 } });
    await store.connect();
  });
  afterEach(async () => {
    await store.close();
    server.kill();
  });

  const text = (entry: Entry): string => Buffer.from(entry.bytes).toString();

  it('does everything that the original can', async () => {
    expect([...store.features]).toEqual(['snapshot', 'versions', 'aliases', 'namespaces', 'health']);
    await expectCode(store.get('prod', 'app/timeout'), 'not_found');
    const created = await store.set('prod', 'app/timeout', json(30), { mode: 'create' });
    expect(created).toMatchObject({ version: 1, type: 'int', codec: 'json', revision: 0, createdAtMs: 1795365134176 });
    await expectCode(store.set('prod', 'app/timeout', json(31), { mode: 'create' }), 'key_exists');
    await expectCode(store.set('prod', 'none', json(31), { mode: 'update' }), 'not_found');
    expect((await store.set('prod', 'app/timeout', json(45))).version).toBe(2);
    expect(text(await store.get('prod', 'app/timeout'))).toBe('45');

    const { entries, nextCursor } = await store.versions('prod', 'app/timeout');
    expect(entries.map((entry) => [entry.version, text(entry)])).toEqual([
      [2, '45'],
      [1, '30'],
    ]);
    expect(nextCursor).toBe('');
    expect((await store.versions('prod', 'app/timeout', { version: 1 })).entries).toHaveLength(1);
    await expectCode(store.versions('prod', 'app/timeout', { version: 99 }), 'version_not_found');

    const page = await store.find('prod', { prefix: 'app/' });
    expect(page).toMatchObject({ entries: [{ key: 'app/timeout' }], nextCursor: '' });
    expect(page.revision).toBeUndefined();
    const snapshot = await store.snapshot('prod');
    expect(snapshot).toMatchObject({ entries: [{ version: 2 }], revision: 0, logId: '', notModified: false });
    expect(snapshot.etag).toMatch(/^[0-9a-f]{64}$/);

    await expectCode(store.set('prod', 'a..b', { ...json(1), codec: '' }), 'invalid_key');
    await expectCode(store.set('-x', 'a', { ...json(1), codec: '' }), 'invalid_namespace');
    await expectCode(store.get('', 'a'), 'invalid_namespace');
    await expectCode(store.get('prod', ''), 'invalid_key');
    const client = { bytes: new Uint8Array([0, 1, 2]), codec: 'client:encrypted:json', type: 'custom' } as const;
    expect(await store.set('prod', 'enc', client)).toMatchObject({ type: 'custom', codec: 'client:encrypted:json' });

    expect(await store.setAlias('tmo', 'app/timeout')).toMatchObject({
      alias: 'tmo',
      target: 'app/timeout',
      version: 1,
    });
    await expectCode(store.setAlias('tmo', 'other'), 'alias_exists');
    expect(await store.getAlias('tmo')).toMatchObject({ target: 'app/timeout' });
    await expectCode(store.getAlias('none'), 'not_found');
    expect((await store.listAliases()).map(({ alias }) => alias)).toEqual(['tmo']);
    await store.deleteAlias('tmo');

    expect(await store.namespaces()).toEqual({ namespaces: ['prod'], nextCursor: '' });
    await expectCode(store.namespaces({ cursor: '!!!' }), 'invalid_cursor');
    expect(await store.codecs()).toEqual(['json', 'secret', 'toml', 'yaml']);
    expect(await store.access('prod')).toEqual({ read: true, write: true });
    await store.delete('prod', 'app/timeout');
    await expectCode(store.delete('prod', 'app/timeout'), 'not_found');
  });

  it('refuses what the original would silently not do, before anything is sent', async () => {
    await expectCode(store.set('prod', 'k', json(1), { ifVersion: 0 }), 'unsupported');
    await expectCode(store.set('prod', 'k', json(1), { ttlMs: 10 }), 'unsupported');
    await expectCode(store.set('prod', 'k', json(1), { requestId: 'r' }), 'unsupported');
    await expectCode(store.delete('prod', 'k', { ifVersion: 1 }), 'unsupported');
    await expectCode(store.find('prod', { includeDeleted: true }), 'unsupported');
    await expectCode(store.versions('prod', 'k', { includeDeleted: true }), 'unsupported');
    await expectCode(store.revision('prod'), 'unsupported');
    await expectCode(store.revision(), 'unsupported');
    await expectCode(store.access('prod', 'key'), 'unsupported');
    await expectCode(store.watch({ namespaces: ['prod'] }, { startRevision: 1 }).next(), 'unsupported');
  });

  it('watches', async () => {
    const stream = store.watch({ namespaces: ['prod'] });
    await stream.ready;
    const seen: string[] = [];
    for await (const event of stream) {
      const { type, entry } = event as Change;
      seen.push(`${type} ${entry.namespace}/${entry.key} ${entry.deleted ? 'gone' : text(entry)}`);
      if (seen.length === 7) break;
    }
    expect(seen.filter((line) => !line.includes('/enc'))).toEqual([
      'set prod/app/timeout 30',
      'set prod/app/timeout 45',
      'set prod/sec hunter2',
      'alias_set /tmo "app/timeout"',
      'alias_delete /tmo gone',
      'delete prod/app/timeout gone',
    ]);
  });

  it('says that a lost watch has a gap, for the original cannot replay', async () => {
    const stream = store.watch({ namespaces: ['prod'] });
    await stream.ready;
    for (let n = 0; n < 7; n += 1) await stream.next();
    server.cut();
    const error = await expectCode(stream.next(), 'unavailable');
    expect(error.message).toContain('cannot replay');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });
});
