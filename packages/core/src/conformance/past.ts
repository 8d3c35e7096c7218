import { expect } from 'vitest';
import type { Entry } from '../contract/entry.js';
import { dataOf, expectCode, having, json, type Section } from './context.js';

const words = (entries: readonly Entry[]): string[] =>
  entries.map((entry) => `${entry.key}=${entry.deleted ? 'deleted' : dataOf(entry)}`);

/** Reads at a revision. */
export const past: Section = (test) => {
  test('get, find and snapshot show what there was', async (store) => {
    having(store, 'revisions');
    const { revision: first } = await store.set('ns', 'a', json(1));
    await store.set('ns', 'b', json(1));
    const { revision: second } = await store.set('ns', 'a', json(2));
    await store.delete('ns', 'a');
    await store.set('ns', 'c', json(3));

    expect(dataOf(await store.get('ns', 'a', { atRevision: first }))).toBe(1);
    expect(dataOf(await store.get('ns', 'a', { atRevision: second }))).toBe(2);
    await expectCode(store.get('ns', 'c', { atRevision: second }), 'not_found');
    await expectCode(store.get('ns', 'a', { atRevision: second + 1 }), 'not_found');
    expect(dataOf(await store.get('ns', 'c', { atRevision: 0 }))).toBe(3);

    expect(words((await store.find('ns', { atRevision: first })).entries)).toEqual(['a=1']);
    const page = await store.find('ns', { atRevision: second });
    expect(page.revision).toBe(second);
    expect(words(page.entries)).toEqual(['a=2', 'b=1']);
    expect(words((await store.find('ns', { keys: ['a', 'c'], atRevision: second })).entries)).toEqual(['a=2']);
    expect(words((await store.find('ns', { prefix: 'b', atRevision: second })).entries)).toEqual(['b=1']);
    if (store.features.has('tombstones')) {
      const all = await store.find('ns', { atRevision: second + 1, includeDeleted: true });
      expect(words(all.entries)).toEqual(['a=deleted', 'b=1']);
    }
    const snapshot = await having(store, 'snapshot').snapshot('ns', { atRevision: second });
    expect(snapshot.revision).toBe(second);
    expect(words(snapshot.entries)).toEqual(['a=2', 'b=1']);
  });

  test('page by page, while others write', async (store) => {
    for (let n = 0; n < 7; n += 1) await store.set('ns', `k${n}`, json('then'));
    const { revision: atRevision } = await store.get('ns', 'k6');
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await store.find('ns', { limit: 3, cursor, atRevision });
      seen.push(...words(page.entries));
      cursor = page.nextCursor;
      if (cursor === '') break;
      await expectCode(store.find('ns', { limit: 3, cursor }), 'invalid_cursor');
      await store.delete('ns', `k${seen.length}`);
      await store.set('ns', `k${seen.length + 1}`, json('now'));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `k${n}=then`));
  });

  test('is refused for a revision not reached, and for what is none', async (store) => {
    await store.set('ns', 'a', json(1));
    for (const atRevision of [1_000_000]) {
      await expectCode(store.get('ns', 'a', { atRevision }), 'revision_compacted');
      await expectCode(store.find('ns', { atRevision }), 'revision_compacted');
      await expectCode(having(store, 'snapshot').snapshot('ns', { atRevision }), 'revision_compacted');
    }
    await expectCode(store.get('ns', 'a', { atRevision: -1 }), 'invalid_argument');
    await expectCode(store.find('ns', { atRevision: -1 }), 'invalid_argument');
  });

  test('pages tell how far the log reaches', async (store) => {
    const { revision } = await store.set('ns', 'a', json(1));
    await store.set('other', 'a', json(1));
    const page = await store.find('ns');
    expect(page).toMatchObject({ revision: revision + 1, namespaceRevision: revision, oldestRevision: revision - 1 });
    expect(await having(store, 'revisions').revision('ns')).toMatchObject({
      revision: revision + 1,
      namespaceRevision: revision,
      oldestRevision: revision - 1,
    });
    expect(await store.find('none')).toMatchObject({ namespaceRevision: 0 });
    expect((await having(store, 'snapshot').snapshot('ns')).namespaceRevision).toBe(revision);
  });
};
