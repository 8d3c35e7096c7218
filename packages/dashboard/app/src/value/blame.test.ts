import { describe, expect, it } from 'vitest';
import { blame } from './blame.ts';

const from = (...versions: Parameters<typeof blame>[0]) =>
  Object.fromEntries(blame(versions).map((each) => [each.path, each.from]));

describe('blame', () => {
  it('finds since when each part is as it is', () => {
    const versions = [
      { pool: { max: 40, min: 2 }, hosts: ['a', 'c'], new: [] },
      { pool: { max: 32, min: 2 }, hosts: ['a', 'b'] },
      { pool: { max: 40, min: 2 }, hosts: ['a'] },
    ];
    // That it had been 40 once before does not count.
    expect(from(...versions)).toEqual({ 'pool.max': 0, 'pool.min': 2, 'hosts[0]': 2, 'hosts[1]': 0, new: 0 });
  });

  it('ends at a deletion, at what cannot be read, and where the value was of another kind', () => {
    expect(from({ a: 1 }, undefined, { a: 1 })).toEqual({ a: 0 });
    expect(from({ a: 1 }, 'text', { a: 1 })).toEqual({ a: 0 });
    expect(from({ a: [1] }, { a: { 0: 1 } })).toEqual({ 'a[0]': 0 });
    expect(from({ toString: 1 }, {})).toEqual({ toString: 0 });
  });

  it('takes a value without parts as one', () => {
    expect(from(3, 3, 2)).toEqual({ '': 1 });
    expect(from({}, {}, [])).toEqual({ '': 1 });
    expect(from(undefined, { a: 1 })).toEqual({});
    expect(from()).toEqual({});
  });
});
