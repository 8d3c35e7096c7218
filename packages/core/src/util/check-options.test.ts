import { expect, it } from 'vitest';
import { checkOptions } from './check-options.js';

const names = { a: true, b: true } as const;

it('takes objects with known names, whatever else they inherit', () => {
  checkOptions<{ a?: number; b?: number }>('X', {}, names);
  checkOptions<{ a?: number; b?: number }>('X', Object.assign(Object.create({ c: 1 }), { a: 1 }), names);
});

it.each<[options: unknown, why: string]>([
  [{ c: 1 }, 'option w.c is not an option of X, which has w.a, w.b'],
  [JSON.parse('{"__proto__": 1}'), 'option w.__proto__ is not an option of X'],
  [{ toString: 1 }, 'option w.toString is not an option of X'],
  [{ 'a\u001b[2J': 1 }, 'is not an option of X'],
  [null, 'option w must be an object'],
  [[], 'option w must be an object'],
  [7, 'option w must be an object'],
])('refuses %o', (options, why) => {
  const refused = expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(why) });
  expect(() => checkOptions('X', options as object, names as object as never, 'w.')).toThrow(refused);
  expect(() => checkOptions('X', options as object, names as object as never, 'w.')).not.toThrow('\u001b');
});
