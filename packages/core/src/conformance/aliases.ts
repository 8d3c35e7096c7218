import { expect } from 'vitest';
import { expectCode, having, json, type Section, take, wordOf } from './context.js';

export const aliases: Section = (test) => {
  test('sets, gets, lists and deletes', async (store) => {
    const names = having(store, 'aliases');
    const made = await names.setAlias('tmo', 'app/timeout');
    expect(made).toMatchObject({ alias: 'tmo', target: 'app/timeout', version: 1 });
    expect(await names.getAlias('tmo')).toEqual(made);
    await names.setAlias('db/url', 'database/url');
    await names.setAlias('a', 'app/timeout');
    expect((await names.listAliases()).map((alias) => alias.alias)).toEqual(['a', 'db/url', 'tmo']);
    await names.deleteAlias('tmo');
    await expectCode(names.getAlias('tmo'), 'not_found');
    await expectCode(names.deleteAlias('tmo'), 'not_found');
    await names.setAlias('tmo', 'other');
  });

  test('share the key space', async (store) => {
    const names = having(store, 'aliases');
    await store.set('somewhere', 'taken', json(1));
    await expectCode(names.setAlias('taken', 'target'), 'alias_exists');
    await store.delete('somewhere', 'taken');
    await names.setAlias('taken', 'target');
    await expectCode(names.setAlias('taken', 'another'), 'alias_exists');
    expect((await names.getAlias('taken')).target).toBe('target');
  });

  test('never stand for themselves or for one another', async (store) => {
    const names = having(store, 'aliases');
    await expectCode(names.setAlias('self', 'self'), 'alias_self');
    await names.setAlias('one', 'key');
    await expectCode(names.setAlias('two', 'one'), 'alias_chain');
    await expectCode(names.setAlias('key', 'beyond'), 'alias_chain');
    expect(await names.listAliases()).toHaveLength(1);
  });

  test('keep to the rules of keys', async (store) => {
    const names = having(store, 'aliases');
    await expectCode(names.setAlias('not ok', 'key'), 'invalid_key');
    await expectCode(names.setAlias('fine', 'not..ok'), 'invalid_key');
    await expectCode(names.getAlias('none'), 'not_found');
  });

  test('are not resolved by the store, and reach every watcher', async (store) => {
    const names = having(store, 'aliases');
    const stream = store.watch({ namespaces: ['elsewhere'], prefixes: ['x/'] });
    await stream.ready;
    await store.set('ns', 'key', json(1));
    const { revision } = await names.setAlias('al', 'key');
    await expectCode(store.get('ns', 'al'), 'not_found');
    await names.deleteAlias('al');
    const [set, deleted] = await take(stream, 2);
    stream.close();
    expect([set, deleted].map((change) => change && wordOf(change))).toEqual(['alias_set al', 'alias_delete al']);
    expect(set?.entry).toMatchObject({ namespace: '', key: 'al', codec: 'json', version: 1 });
    expect(Buffer.from(set?.entry.bytes ?? []).toString()).toBe('"key"');
    if (store.features.has('revisions')) expect(set?.revision).toBe(revision || set?.revision);
  });
};
