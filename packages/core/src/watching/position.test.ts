import { expect, it } from 'vitest';
import { KnownPosition } from './position.js';

it('a known position goes forward in a log, and over to another', () => {
  const known = new KnownPosition();
  known.saw(5, '');
  known.saw(undefined, 'log');
  expect(known.value).toBeUndefined();
  known.saw(5, 'log');
  known.saw(3, 'log');
  expect(known.value).toEqual({ revision: 5, logId: 'log' });
  known.saw(2, 'other');
  expect(known.value).toEqual({ revision: 2, logId: 'other' });
  known.forget({ revision: 2, logId: 'other' });
  expect(known.value).toBeDefined();
  known.forget(known.value);
  expect(known.value).toBeUndefined();
});
