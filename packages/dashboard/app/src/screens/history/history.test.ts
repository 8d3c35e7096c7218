import { describe, expect, it } from 'vitest';
import { fromText } from '../../api/bytes.ts';
import { readEntry } from '../../api/entry.ts';
import type { AuditRecord, Entry } from '../../api/types.ts';
import { differencesSince, restoring } from './differences.ts';
import { momentsOf } from './moments.ts';

const record = (revision: number, time: string, key: string, comment = ''): AuditRecord => ({
  id: String(revision),
  time,
  userId: 'ann',
  operation: 'set',
  namespace: 'n',
  key,
  metadata: { revision: String(revision), ...(comment && { comment }) },
});

const entries = (values: Record<string, [version: number, text: string]>): Map<string, Entry> =>
  new Map(
    Object.entries(values).map(([key, [version, text]]) => [
      key,
      { ...readEntry({ key, codec: 'json', version: String(version) }), value: fromText(text) },
    ]),
  );

describe('momentsOf', () => {
  it('makes one moment of one write, oldest first', () => {
    const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'];
    const moments = momentsOf([record(4, late, 'c'), record(3, early, 'b', 'x'), record(2, early, 'a', 'x')]);
    expect(moments.map(({ revision, keys, comment }) => [revision, keys, comment])).toEqual([
      [3, ['a', 'b'], 'x'],
      [4, ['c'], ''],
    ]);
  });
});

describe('differencesSince', () => {
  it('tells what was added, changed and removed, and what brings it back', () => {
    const then = entries({ a: [1, '1'], b: [1, '1'], c: [1, '1'], d: [1, '{"x":1,"y":2}'] });
    const now = entries({ a: [1, '1'], b: [2, '2'], d: [3, '{"y":2,"x":1}'], e: [1, '5'] });
    const differences = differencesSince(then, now);
    expect(differences.map(({ key, kind }) => `${key} ${kind}`)).toEqual(['b changed', 'c removed', 'e added']);
    expect(restoring(differences, 7).map(({ key, old, next }) => [key, old?.version, next && '1'])).toEqual([
      ['b', 2, '1'],
      ['c', undefined, '1'],
      ['e', 1, undefined],
    ]);
  });
});
