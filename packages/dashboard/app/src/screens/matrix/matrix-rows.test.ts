import { describe, expect, it } from 'vitest';
import { fromText } from '../../api/bytes.ts';
import { readEntry } from '../../api/entry.ts';
import type { Entry } from '../../api/types.ts';
import { matrixRows, relatedGroups, sameValue } from './matrix-rows.ts';

const entry = (key: string, text: string, more: Partial<Entry> = {}): Entry => ({
  ...readEntry({ key, codec: 'json', version: '1' }),
  value: fromText(text),
  ...more,
});

const column = (...entries: Entry[]): Map<string, Entry> => new Map(entries.map((each) => [each.key, each]));

describe('matrixRows', () => {
  it('puts what differs first, and marks it beside the first namespace that has the key', () => {
    const rows = matrixRows([
      column(entry('a', '1'), entry('b', '1'), entry('c', '{"x":1,"y":2}')),
      column(entry('a', '1'), entry('c', '{ "y": 2, "x": 1 }'), entry('d', '1')),
      column(entry('a', '2'), entry('c', '{"x":1,"y":2}'), entry('d', '1')),
    ]);
    expect(rows.map(({ key, differs, cells }) => [key, differs, cells.map(({ state }) => state).join(' ')])).toEqual([
      ['a', true, 'same same different'],
      ['b', true, 'same missing missing'],
      ['d', true, 'missing same same'],
      ['c', false, 'same same same'],
    ]);
  });

  it('does not say of masked values that they differ, nor that they are the same', () => {
    expect(sameValue(entry('a', '', { masked: true }), entry('a', '', { masked: true }))).toBeUndefined();
    const [row] = matrixRows([column(entry('a', '', { masked: true })), column(entry('a', '', { masked: true }))]);
    expect(row?.cells.map(({ state }) => state)).toEqual(['same', 'unknown']);
  });

  it('tells codecs apart, and takes what is no JSON as it is written', () => {
    expect(sameValue(entry('a', '1'), entry('a', '1', { codec: 'yaml' }))).toBe(false);
    expect(sameValue(entry('a', '{x'), entry('a', '{ x'))).toBe(false);
  });
});

describe('relatedGroups', () => {
  it('finds namespaces of one app, from development to production', () => {
    expect(relatedGroups(['shop:prod', 'shop:dev', 'shop:staging', 'web-eu', 'web-us', 'alone'])).toEqual([
      ['shop:dev', 'shop:staging', 'shop:prod'],
      ['web-eu', 'web-us'],
    ]);
  });
});
