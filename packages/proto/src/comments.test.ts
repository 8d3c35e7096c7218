import { expect, it } from 'vitest';
import { commentOf } from './comments.js';

it('comments are found by the name of what they are about', () => {
  expect(commentOf('config.v1.ConfigService')).toContain('Namespaced');
  expect(commentOf('config.v1.ConfigService.Get')).toBe('Get returns one entry.');
  expect(commentOf('config.v1.Nothing')).toBe('');
});
