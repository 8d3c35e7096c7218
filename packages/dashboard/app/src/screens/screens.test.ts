import { expect, test } from 'vitest';
import type { Draft } from '../state/drafts.ts';
import { changeSets, operationOf } from './changes/change-set.ts';
import { groupsOf, stageOf } from './home/groups.ts';

test('namespaces are grouped by what is before their colon, their stages in order', () => {
  const groups = groupsOf(['shop:prod', 'mail', 'shop:dev:eu', 'shop:dev']);
  expect(groups).toEqual([
    { name: 'shop', namespaces: ['shop:dev', 'shop:prod', 'shop:dev:eu'] },
    { name: 'mail', namespaces: ['mail'] },
  ]);
  expect(groups[0] && stageOf('shop:dev:eu', groups[0])).toBe('dev:eu');
});

const draft = (namespace: string, key: string, more: Partial<Draft> = {}): Draft => ({
  namespace,
  key,
  kind: 'set',
  text: '2',
  codec: 'json',
  base: { version: 3, text: '1', codec: 'json' },
  comment: '',
  ttlMs: undefined,
  staged: true,
  secret: false,
  changedAt: 0,
  ...more,
});

test('staged drafts are one set a namespace, in order; others are none', () => {
  const sets = changeSets([draft('b', 'x'), draft('a', 'z'), draft('a', 'y'), draft('a', 'w', { staged: false })]);
  expect(sets.map(({ namespace, drafts }) => [namespace, drafts.map(({ key }) => key)])).toEqual([
    ['a', ['y', 'z']],
    ['b', ['x']],
  ]);
});

test('each staged change is written only onto the version that it began with', () => {
  expect(operationOf(draft('a', 'k'))).toMatchObject({ kind: 'set', key: 'k', ifVersion: 3, codec: 'json' });
  expect(operationOf(draft('a', 'k', { kind: 'delete' }))).toEqual({ kind: 'delete', key: 'k', ifVersion: 3 });
});
