import { expect, test, vi } from 'vitest';
import { Encoded } from './encoded.js';
import { Entry } from './gen/config/v1/config.js';

test('message and bytes are made on first use, once', () => {
  const entry = Entry.fromPartial({ namespace: 'prod', key: 'a', version: 3 });
  const encode = vi.fn(() => Entry.encode(entry).finish());
  const decode = vi.fn(() => Entry.decode(Entry.encode(entry).finish()));
  const encoded = new Encoded(encode, decode);
  expect(encode).not.toHaveBeenCalled();
  expect(encoded.bytes).toEqual(Entry.encode(entry).finish());
  expect(encoded.bytes).toBe(encoded.bytes);
  expect(encode).toHaveBeenCalledTimes(1);
  expect(decode).not.toHaveBeenCalled();
  expect(encoded.message).toEqual(entry);
  expect(encoded.message).toBe(encoded.message);
  expect(decode).toHaveBeenCalledTimes(1);
});
