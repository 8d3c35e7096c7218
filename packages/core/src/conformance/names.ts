import { expect } from 'vitest';
import { can } from '../contract/capabilities.js';
import { expectCode, json, type Section } from './context.js';

export const badNames: Section = (test) => {
  for (const key of [
    '',
    ' ',
    'a b',
    '/a',
    'a/',
    'a..b',
    '..',
    '.',
    'a/./b',
    './a',
    'a/.',
    'ü',
    'a\u00a0b',
    'a\u0000b',
    'a:b',
    'x'.repeat(1025),
  ]) {
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

  test('says which character of a name is bad, and where, without repeating it', async (store) => {
    const error = await expectCode(store.set('ns', 'a\u00a0b', json(1)), 'invalid_key');
    expect(error.message).toMatch(/U\+00A0 at position 1/);
    expect(error.message).not.toContain('\u00a0');
    const other = await expectCode(store.set('prod\u202e', 'a', json(1)), 'invalid_namespace');
    expect(other.message).not.toContain('\u202e');
  });

  test('takes every character that is allowed', async (store) => {
    await store.set('ns', '.hidden/a.b/c.', json(1));
    await store.set('Team-1.x_y:z', 'A-z_0.9/b', json(1));
    await store.get('Team-1.x_y:z', 'A-z_0.9/b');
  });
};
