import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matching } from './filter.ts';
import type { KeyInfo } from './key-info.ts';
import { KeyList } from './key-list.ts';
import { flatRows, folderOf, rowAt, rowSize, treeRows } from './rows.ts';

const info = (key: string, more: Partial<KeyInfo> = {}): KeyInfo => ({
  key,
  codec: 'json',
  type: 1,
  version: 1,
  revision: 1,
  updatedAt: 0,
  expiresAt: undefined,
  deleted: false,
  author: '',
  comment: '',
  secret: false,
  ...more,
});

/** The rows of a tree. */
function shown(keys: readonly string[], isOpen: (folder: string) => boolean, filter = ''): string[] {
  const infos = keys.map((key) => info(key));
  const rows = treeRows(infos, matching(infos, filter), isOpen);
  return Array.from({ length: rows.length / rowSize }, (_, at) => {
    const { index, depth, count } = rowAt(rows, at);
    const key = infos[index]?.key ?? '';
    return count > 0 ? `${'  '.repeat(depth)}${folderOf(key, depth)} (${count})` : `${'  '.repeat(depth)}${key}`;
  });
}

test('a tree shows folders with their numbers, and what is in open ones', () => {
  const keys = ['a', 'a-b', 'a/x', 'a/y/z', 'b/c'];
  expect(shown(keys, () => false)).toEqual(['a', 'a-b', 'a/ (2)', 'b/ (1)']);
  expect(shown(keys, (folder) => folder === 'a/')).toEqual(['a', 'a-b', 'a/ (2)', '  a/x', '  a/y/ (1)', 'b/ (1)']);
  expect(shown(keys, () => true, 'z')).toEqual(['a/ (1)', '  a/y/ (1)', '    a/y/z']);
});

const name = fc
  .array(fc.constantFrom('a', 'b', 'a-', 'ab'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'));

test('an open tree has every key once, in order; a shut one counts them all', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name), (keys) => {
      const sorted = keys.toSorted();
      const infos = sorted.map((key) => info(key));
      const all = matching(infos, '');
      const open = treeRows(infos, all, () => true);
      const found = [];
      for (let at = 0; at < open.length / rowSize; at += 1) {
        const { index, count } = rowAt(open, at);
        if (count === 0) found.push(infos[index]?.key);
      }
      expect(found).toEqual(sorted);
      const shut = treeRows(infos, all, () => false);
      let sum = 0;
      for (let at = 0; at < shut.length / rowSize; at += 1) sum += rowAt(shut, at).count || 1;
      expect(sum).toBe(sorted.length);
      expect(flatRows(all)).toHaveLength(sorted.length * rowSize);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('a list makes each change once, and no older one', () => {
  const list = new KeyList();
  list.append([info('a', { revision: 1 }), info('c', { revision: 3 })]);
  expect(list.apply({ kind: 'set', info: info('b', { revision: 4 }) })).toBe(true);
  expect(list.apply({ kind: 'set', info: info('c', { revision: 2, version: 9 }) })).toBe(false);
  expect(list.apply({ kind: 'delete', key: 'a', revision: 5 })).toBe(true);
  expect(list.apply({ kind: 'delete', key: 'a', revision: 6 })).toBe(false);
  expect(list.infos.map(({ key }) => key)).toEqual(['b', 'c']);
  expect(list.get('c')?.version).toBe(1);
  const keeping = new KeyList(true);
  keeping.append([info('a')]);
  keeping.apply({ kind: 'delete', key: 'a', revision: 2 });
  expect(keeping.get('a')).toMatchObject({ deleted: true, revision: 2 });
});

test('changes in any order lead to the same list', () => {
  const change = fc.record({ key: fc.constantFrom('a', 'b', 'c'), set: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), (log) => {
      const list = new KeyList();
      const expected = new Map<string, number>();
      for (const [at, { key, set }] of log.entries()) {
        const revision = at + 1;
        if (set) expected.set(key, revision);
        else expected.delete(key);
        const made = set
          ? ({ kind: 'set', info: info(key, { revision }) } as const)
          : ({ kind: 'delete', key, revision } as const);
        list.apply(made);
        list.apply(made); // told twice, as after a reconnect
      }
      expect(list.infos.map(({ key, revision }) => [key, revision])).toEqual([...expected].toSorted());
    }),
    { seed: 6, numRuns: 300 },
  );
});

test('a filter goes by words, and by who, how and why', () => {
  const infos = [
    info('app/db/pool', { author: 'Ann', comment: 'Load test' }),
    info('app/db/host', { codec: 'yaml', expiresAt: 1 }),
    info('mail', { deleted: true }),
  ];
  const find = (filter: string) => [...matching(infos, filter)];
  expect(find('DB po')).toEqual([0]);
  expect(find('author:ann')).toEqual([0]);
  expect(find('note:load')).toEqual([0]);
  expect(find('codec:yaml')).toEqual([1]);
  expect(find('is:expiring')).toEqual([1]);
  expect(find('is:deleted')).toEqual([2]);
  expect(find('  ')).toEqual([0, 1, 2]);
  expect(find('is:nothing')).toEqual([]);
});
