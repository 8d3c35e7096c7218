import { expect } from 'vitest';
import type { Entry } from '../contract/entry.js';
import { expectCode, having, json, type Section, take } from './context.js';

const wordOf = ({ author, comment }: Entry): string => `${author}: ${comment}`;

/** Who wrote, as a store is told by a service. */
export const author: Section = (test) => {
  test('is kept with every change, and shown wherever the change is', async (store) => {
    const stream = store.watch();
    await stream.ready;
    const written = await store.set('ns', 'a', json(1), { author: 'ann', comment: 'why' });
    expect(wordOf(written)).toBe('ann: why');
    await store.set('ns', 'a', json(2), { author: 'bob' });
    await store.delete('ns', 'a', { author: 'cid', comment: 'gone' });
    await having(store, 'aliases').setAlias('al', 'x', { author: 'dan' });
    await having(store, 'aliases').deleteAlias('al', { author: 'eve' });
    const seen = (await take(stream, 5)).map(({ entry }) => wordOf(entry));
    expect(seen).toEqual(['ann: why', 'bob: ', 'cid: gone', 'dan: ', 'eve: ']);
    const { entries } = await having(store, 'versions').versions('ns', 'a', { includeDeleted: true });
    expect(entries.map(wordOf)).toEqual(['cid: gone', 'bob: ', 'ann: why']);
    await having(store, 'batch').batch(
      'ns',
      [
        { type: 'set', key: 'b', value: json(1) },
        { type: 'set', key: 'c', value: json(1), comment: 'own' },
      ],
      { author: 'fay', comment: 'all' },
    );
    expect((await store.find('ns')).entries.map(wordOf)).toEqual(['fay: all', 'fay: own']);
    stream.close();
  });

  test('is of a bounded length, as comment and request id are', async (store) => {
    await expectCode(store.set('ns', 'a', json(1), { author: 'x'.repeat(257) }), 'invalid_argument');
  });
};

export const comments: Section = (test) => {
  test('are kept with every change, and shown wherever the change is', async (store) => {
    having(store, 'authors');
    const stream = store.watch({ namespaces: ['ns'] });
    await stream.ready;
    await store.set('ns', 'a', json(1), { comment: 'größer' });
    await store.delete('ns', 'a', { comment: 'not needed' });
    expect((await take(stream, 2)).map(({ entry }) => entry.comment)).toEqual(['größer', 'not needed']);
    stream.close();
    await having(store, 'batch').batch('ns', [{ type: 'set', key: 'b', value: json(1) }], { comment: 'together' });
    await having(store, 'restore').restore('ns', { key: 'a', to: { version: 1 } }, { comment: 'back' });
    expect((await store.find('ns')).entries.map(({ comment }) => comment)).toEqual(['back', 'together']);
    expect((await store.get('ns', 'b')).comment).toBe('together');
    expect((await store.set('ns', 'b', json(2))).comment).toBe('');
  });

  test('are of a bounded length, as request ids are', async (store) => {
    await store.set('ns', 'a', json(1), { comment: 'x'.repeat(1_024) });
    await expectCode(store.set('ns', 'a', json(1), { comment: 'x'.repeat(1_025) }), 'invalid_argument');
    await expectCode(store.delete('ns', 'a', { comment: 'x'.repeat(1_025) }), 'invalid_argument');
    await expectCode(store.set('ns', 'a', json(1), { requestId: 'x'.repeat(257) }), 'invalid_argument');
    expect((await store.get('ns', 'a')).version).toBe(1);
  });
};
