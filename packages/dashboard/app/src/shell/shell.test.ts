import { expect, test } from 'vitest';
import { score } from './score.ts';

test('what begins with the words comes first, then what has a part that does; all words must be there', () => {
  const order = (wanted: string, texts: readonly string[]) =>
    texts.filter((text) => score(text, wanted) > 0).sort((a, b) => score(b, wanted) - score(a, wanted));
  expect(order('db', ['app/webdb', 'app/db/pool', 'db', 'mail'])).toEqual(['db', 'app/db/pool', 'app/webdb']);
  expect(order('app pool', ['app/db/pool', 'app/db/host'])).toEqual(['app/db/pool']);
});
