import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesKind } from './bytes.js';

test.each(['base64', 'base64url'] as const)('%s is read with and without padding', (encoding) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const bare = Buffer.from(bytes).toString(encoding).replace(/=+$/, '');
      expect(bytesKind.read(bare)).toEqual(bytes);
      expect(bytesKind.read(bare.padEnd(Math.ceil(bare.length / 4) * 4, '='))).toEqual(bytes);
    }),
  );
});

test('exactly base64 is read: digits of one alphabet, no impossible length, padding whole or absent', () => {
  const digit = fc.constantFrom(...'AZaz09+/-_=', ' ', '\n', '*', '\0', 'ü', 'ÿ', '漢', '😀');
  const syntax = /^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)(={0,2})$/;
  let valid = 0;
  fc.assert(
    fc.property(fc.array(digit, { maxLength: 9 }), (digits) => {
      const text = digits.join('');
      const match = syntax.exec(text);
      const padding = match?.[1]?.length ?? 0;
      const whole = (text.length - padding) % 4 !== 1 && (padding === 0 || text.length % 4 === 0);
      if (match !== null && whole) {
        valid++;
        expect(bytesKind.read(text)).toEqual(new Uint8Array(Buffer.from(text, 'base64')));
      } else {
        expect(() => bytesKind.read(text)).toThrow('invalid base64');
      }
    }),
    { numRuns: 5_000 },
  );
  expect(valid).toBeGreaterThan(0);
});

test('what is read is a plain array over memory of its own', () => {
  const bytes = bytesKind.read('AQID');
  expect(bytes.constructor).toBe(Uint8Array);
  expect(bytes.buffer.byteLength).toBe(3);
});

test('a megabyte is read and written', () => {
  const bytes = new Uint8Array(1_000_000).map((_, index) => index * 31);
  expect(Buffer.compare(bytesKind.read(JSON.parse(bytesKind.write(bytes))), bytes)).toBe(0);
});
