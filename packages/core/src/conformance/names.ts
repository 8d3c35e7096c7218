import { can } from '../contract/capabilities.js';
import { expectCode, json, type Section } from './context.js';

export const badNames: Section = (test) => {
  for (const key of ['', ' ', 'a b', '/a', 'a/', 'a..b', '..', 'ü', 'a\u0000b', 'a:b', 'x'.repeat(1025)]) {
    test(`refuses the key ${JSON.stringify(key.slice(0, 20))}`, async (store) => {
      await expectCode(store.get('ns', key), 'invalid_key', 'invalid_argument');
      await expectCode(store.set('ns', key, json(1)), 'invalid_key', 'invalid_argument');
      await expectCode(store.delete('ns', key), 'invalid_key', 'invalid_argument');
      if (can(store, 'versions')) await expectCode(store.versions('ns', key), 'invalid_key', 'invalid_argument');
      if (can(store, 'aliases')) await expectCode(store.setAlias('al', key), 'invalid_key', 'invalid_argument');
    });
  }

  for (const namespace of [' ', '-x', '.x', 'a/b', 'a b', 'ü', 'a\n', 'n'.repeat(1025)]) {
    test(`refuses the namespace ${JSON.stringify(namespace.slice(0, 20))}`, async (store) => {
      await expectCode(store.get(namespace, 'a'), 'invalid_namespace');
      await expectCode(store.set(namespace, 'a', json(1)), 'invalid_namespace');
      await expectCode(store.delete(namespace, 'a'), 'invalid_namespace');
      await expectCode(store.find(namespace), 'invalid_namespace');
    });
  }

  test('takes every character that is allowed', async (store) => {
    await store.set('Team-1.x_y:z', 'A-z_0.9/b', json(1));
    await store.get('Team-1.x_y:z', 'A-z_0.9/b');
  });
};
