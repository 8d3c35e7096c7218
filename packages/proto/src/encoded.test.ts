import { expect, test, vi } from 'vitest';
import { Encoded } from './encoded.js';
import { Entry } from './gen/config/v1/config.js';

test('the message is decoded on first use, once', () => {
  const decode = vi.fn((bytes: Uint8Array) => Entry.decode(bytes));
  const entry = Entry.fromPartial({ namespace: 'prod', key: 'a', version: 3 });
  const encoded = new Encoded(Entry.encode(entry).finish(), decode);
  expect(decode).not.toHaveBeenCalled();
  expect(encoded.message).toEqual(entry);
  expect(encoded.message).toBe(encoded.message);
  expect(decode).toHaveBeenCalledTimes(1);
});
