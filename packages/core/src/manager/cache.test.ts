import { expect, it } from 'vitest';
import { type CachedState, LruCache } from './cache.js';

const state = (revision: number): CachedState => ({ entry: undefined, revision, logId: '', session: 's' });

it('LruCache forgets the least recently used', () => {
  const cache = new LruCache({ maxEntries: 2 });
  cache.set('a', 'k', state(1));
  cache.set('b', 'k', state(2));
  expect(cache.get('a', 'k')?.revision).toBe(1);
  cache.set('c', 'k', state(3));
  expect([cache.get('a', 'k')?.revision, cache.get('b', 'k'), cache.get('c', 'k')?.revision]).toEqual([
    1,
    undefined,
    3,
  ]);
  expect(cache.size).toBe(2);
  cache.delete('a', 'k');
  expect(cache.get('a', 'k')).toBeUndefined();
  cache.clear();
  expect(cache.size).toBe(0);
});

it('LruCache holds 10,000 by default, and refuses sizes that are none', () => {
  const cache = new LruCache();
  for (let i = 0; i < 10_001; i += 1) cache.set('', `k${i}`, state(i));
  expect(cache.size).toBe(10_000);
  for (const maxEntries of [0, -1, 1.5, Number.NaN]) expect(() => new LruCache({ maxEntries })).toThrow('maxEntries');
});
