import { expect } from 'vitest';
import type { AuditPage, AuditQuery } from '../contract/batch.js';
import type { Store } from '../contract/store.js';
import { expectCode, having, json, type Section } from './context.js';

const wordsOf = ({ records }: AuditPage): string[] =>
  records.map(({ operation, entry: { author, namespace, key } }) => `${author} ${operation} ${namespace}/${key}`);

async function fill(store: Store): Promise<void> {
  await store.set('ns', 'a', json(1), { author: 'ann', comment: 'why' });
  await store.set('other', 'a', json(2), { author: 'bob' });
  await having(store, 'aliases').setAlias('al', 'a', { author: 'ann' });
  await store.delete('ns', 'a', { author: 'bob' });
  await having(store, 'aliases').deleteAlias('al', { author: 'eve' });
}

const all = ['eve alias_delete /al', 'bob delete ns/a', 'ann alias_set /al', 'bob set other/a', 'ann set ns/a'];

/** Who wrote what, from the log. */
export const audit: Section = (test) => {
  test('tells every change that the log has, newest first', async (store) => {
    const auditing = having(store, 'audit');
    expect(await auditing.audit()).toEqual({ records: [], nextCursor: '' });
    await fill(store);
    const page = await auditing.audit();
    expect(wordsOf(page)).toEqual(all);
    expect(page.nextCursor).toBe('');
    const { entry } = page.records.at(-1) as AuditPage['records'][number];
    expect(entry).toMatchObject({ comment: 'why', version: 1, revision: 1 });
    expect(Buffer.from(entry.bytes).toString()).toBe('1');
  });

  test('tells a part of them', async (store) => {
    await fill(store);
    const { audit } = having(store, 'audit');
    const ask = async (query: AuditQuery): Promise<string[]> => wordsOf(await audit.call(store, query));
    expect(await ask({ namespace: 'ns' })).toEqual([all[1], all[4]]);
    expect(await ask({ key: 'a' })).toEqual([all[1], all[3], all[4]]);
    expect(await ask({ author: 'bob' })).toEqual([all[1], all[3]]);
    expect(await ask({ operation: 'alias_set' })).toEqual([all[2]]);
    expect(await ask({ namespace: 'ns', author: 'eve' })).toEqual([]);
    const [first] = (await audit.call(store, { namespace: 'other' })).records;
    const atMs = first?.entry.updatedAtMs ?? 0;
    expect(await ask({ fromMs: atMs, key: 'a', namespace: 'other' })).toEqual([all[3]]);
    expect(await ask({ toMs: atMs, namespace: 'other' })).toEqual([]);
  });

  test('tells them page by page, of so many records or bytes', async (store) => {
    await fill(store);
    const auditing = having(store, 'audit');
    const seen: string[] = [];
    let cursor = '';
    do {
      const page: AuditPage = await auditing.audit({ limit: 2, cursor });
      expect(page.records.length).toBeLessThanOrEqual(2);
      seen.push(...wordsOf(page));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(seen).toEqual(all);
    for (const key of ['b', 'c', 'd']) await store.set('big', key, json('x'.repeat(1_000)));
    const page = await auditing.audit({ namespace: 'big', maxBytes: 1_500 });
    expect(page.records).toHaveLength(1);
    const rest = await auditing.audit({ namespace: 'big', cursor: page.nextCursor });
    expect(rest.records.map(({ entry }) => entry.key)).toEqual(['c', 'b']);
    await expectCode(auditing.audit({ namespace: 'ns', cursor: page.nextCursor }), 'invalid_cursor');
  });
};
