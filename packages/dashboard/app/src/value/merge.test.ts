import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson, sameData } from './json.ts';
import { merge } from './merge.ts';

const base = '{\n  "min": 1,\n  "max": 10\n}';

test('what only one side changed is taken, whatever the layout', () => {
  const { conflicts, resolve } = merge('json', base, '{"max":20,"min":1}', '{\n  "min": 2,\n  "max": 10\n}');
  expect(conflicts).toEqual([]);
  expect(JSON.parse(resolve([]))).toEqual({ min: 2, max: 20 });
});

test('what both changed is a conflict, and each choice is heeded', () => {
  const merged = merge('json', base, '{"min":1,"max":20}', '{"min":1,"max":30,"new":true}');
  expect(merged.conflicts).toEqual([{ where: '/max', base: '10', theirs: '20', mine: '30' }]);
  expect(JSON.parse(merged.resolve(['theirs']))).toEqual({ min: 1, max: 20, new: true });
  expect(JSON.parse(merged.resolve(['mine']))).toEqual({ min: 1, max: 30, new: true });
});

test('what one side deleted and the other changed is a conflict', () => {
  const { conflicts } = merge('json', '{"a":1,"b":1}', '{"b":1}', '{"a":2,"b":1}');
  expect(conflicts).toEqual([{ where: '/a', base: '1', theirs: '', mine: '2' }]);
});

test('lines of YAML are merged, and clash where they do', () => {
  const merged = merge(
    'yaml',
    'a: 1\nb: 1\nc: 1\nd: 1\ne: 1\n',
    'a: 2\nb: 1\nc: 1\nd: 1\ne: 5\n',
    'a: 3\nb: 1\nc: 4\nd: 1\ne: 1\n',
  );
  expect(merged.conflicts).toEqual([{ where: '1', base: 'a: 1', theirs: 'a: 2', mine: 'a: 3' }]);
  expect(merged.resolve(['both'])).toBe('a: 2\na: 3\nb: 1\nc: 4\nd: 1\ne: 5\n');
});

test('numbers keep their digits', () => {
  const text = merge('json', '{"id":1,"a":1}', '{"id":9007199254740993,"a":1}', '{"id":1,"a":2}').resolve([]);
  expect(text).toContain('9007199254740993');
});

const data = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => value !== null && !JSON.stringify(value).includes('__proto__'));

test('a side that changed nothing leaves the other as it is', () => {
  fc.assert(
    fc.property(data, data, (from, to) => {
      const [before, after] = [JSON.stringify(from), JSON.stringify(to)];
      for (const merged of [merge('json', before, after, before), merge('json', before, before, after)]) {
        expect(merged.conflicts).toEqual([]);
        expect(sameData(readJson(merged.resolve([])), readJson(after))).toBe(true);
      }
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('with a choice for every conflict, nothing of the chosen side is lost', () => {
  const object = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(object, object, object, (from, theirs, mine) => {
      const merged = merge('json', JSON.stringify(from), JSON.stringify(theirs), JSON.stringify(mine));
      const result = JSON.parse(merged.resolve(merged.conflicts.map(() => 'theirs')));
      for (const [key, value] of Object.entries(theirs)) if (from[key] !== value) expect(result[key]).toBe(value);
    }),
    { seed: 8, numRuns: 300 },
  );
});
