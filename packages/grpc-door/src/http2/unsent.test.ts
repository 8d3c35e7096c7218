import { expect, it } from 'vitest';
import { Unsent } from './unsent.js';

it('counts bytes that many answers share once, and gives them back with the last', () => {
  const unsent = new Unsent(100);
  const shared = new Uint8Array(80);
  for (let count = 0; count < 50; count += 1) expect(unsent.add(shared)).toBe(true);
  expect(unsent.add(new Uint8Array(30))).toBe(false);
  const small = new Uint8Array(20);
  expect(unsent.add(small)).toBe(true);
  for (let count = 0; count < 49; count += 1) unsent.delete(shared);
  expect(unsent.add(new Uint8Array(1))).toBe(false);
  unsent.delete(shared);
  expect(unsent.add(new Uint8Array(80))).toBe(true);
  // A call that was never let in takes nothing along.
  unsent.delete(new Uint8Array(500));
  expect(unsent.add(new Uint8Array(1))).toBe(false);
});

it('lets a single answer in, however large', () => {
  const unsent = new Unsent(0);
  const large = new Uint8Array(10);
  expect(unsent.add(large)).toBe(true);
  expect(unsent.add(new Uint8Array(1))).toBe(false);
  unsent.delete(large);
  expect(unsent.add(new Uint8Array(1))).toBe(true);
});
