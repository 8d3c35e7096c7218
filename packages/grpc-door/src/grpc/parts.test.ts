import fc from 'fast-check';
import { Metadata } from 'nice-grpc-common';
import { describe, expect, it } from 'vitest';
import { message } from '../test/frames.js';
import { Budget } from './budget.js';
import { Deadlines } from './deadlines.js';
import { type MessageFault, MessageReader } from './message-reader.js';
import { CallMetadata } from './metadata.js';
import { encodeStatusMessage } from './status-message.js';
import { parseTimeout } from './timeout.js';

function reading(maxBytes = 1_000_000, budget = new Budget(1_000_000)) {
  const messages: { bytes: Buffer; compressed: boolean }[] = [];
  const faults: MessageFault[] = [];
  const reader = new MessageReader(
    {
      message: (bytes, compressed) => void messages.push({ bytes: Buffer.from(bytes), compressed }),
      fault: (fault) => void faults.push(fault),
    },
    maxBytes,
    budget,
  );
  return { reader, messages, faults, budget };
}

describe('the reader of messages', () => {
  it('finds the same messages however the bytes are cut', () => {
    const bodies = fc.array(fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.boolean()), { maxLength: 8 });
    fc.assert(
      fc.property(bodies, fc.array(fc.nat({ max: 50 })), (expected, cuts) => {
        const bytes = Buffer.concat(expected.map(([body, compressed]) => message(body, compressed ? 1 : 0)));
        const { reader, messages } = reading();
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          const end = Math.min(at + cut, bytes.length);
          reader.push(bytes, at, end);
          at = end;
        }
        expect(messages.map(({ bytes, compressed }) => [[...bytes], compressed])).toEqual(
          expected.map(([body, compressed]) => [[...body], compressed]),
        );
        expect(reader.isComplete).toBe(true);
      }),
    );
  });

  it('stops at what is no message, or larger than allowed', () => {
    const push = (bytes: Buffer) => {
      const { reader, faults, messages } = reading(10);
      reader.push(bytes, 0, bytes.length);
      reader.push(message(Buffer.alloc(1)), 0, 6);
      expect(messages).toEqual([]);
      return faults;
    };
    expect(push(message(Buffer.alloc(1), 2))).toEqual([{ kind: 'flag', flag: 2 }]);
    expect(push(message(Buffer.alloc(11)))).toEqual([{ kind: 'tooLarge', length: 11 }]);
  });

  it('takes memory for what comes, not for what is announced, and gives it back', () => {
    const { reader, budget, faults } = reading(2 ** 30, new Budget(200_000));
    reader.push(Buffer.from([0, 0x3f, 0xff, 0xff, 0xff]), 0, 5);
    expect(budget.left).toBe(200_000 - 65_536);
    for (let i = 0; i < 10; i += 1) reader.push(Buffer.alloc(16_384), 0, 16_384);
    expect(faults).toEqual([{ kind: 'noMemory' }]);
    reader.stop();
    expect(budget.left).toBe(200_000);
  });
});

describe('deadlines', () => {
  it('expire in time, once, unless they were deleted', () => {
    const deadlines = new Deadlines(0);
    const expired: number[] = [];
    const entry = (id: number) => ({ expire: () => void expired.push(id) });
    const [a, b, c] = [entry(100), entry(105), entry(60_000)];
    deadlines.add(a, 100);
    const tick = deadlines.add(b, 105);
    deadlines.add(c, 60_000);
    deadlines.check(99);
    expect(expired).toEqual([]);
    deadlines.delete(b, tick);
    deadlines.check(120);
    expect(expired).toEqual([100]);
    deadlines.check(1_000_000);
    expect(expired).toEqual([100, 60_000]);
    expect(deadlines.empty).toBe(true);
    deadlines.add(a, 500); // is long past
    deadlines.check(1_000_030);
    expect(expired).toEqual([100, 60_000, 100]);
  });

  it('lose none, whatever the times', () => {
    const step = fc.record({ wait: fc.nat({ max: 50 }), timeout: fc.nat({ max: 300 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const deadlines = new Deadlines(1);
        let now = 1;
        const due = new Map<number, number>();
        for (const [id, { wait, timeout }] of steps.entries()) {
          now += wait;
          const at = now + timeout;
          due.set(id, at);
          deadlines.add(
            {
              expire: () => {
                expect(now).toBeGreaterThanOrEqual(at);
                due.delete(id);
              },
            },
            at,
          );
          deadlines.check(now);
          for (const late of due.values()) expect(late + 20).toBeGreaterThan(now);
        }
        now += 1_000;
        deadlines.check(now);
        expect([due.size, deadlines.empty]).toEqual([0, true]);
      }),
    );
  });
});

describe('metadata', () => {
  it('behave as nice-grpc’s own', () => {
    const key = fc.constantFrom('a', 'B', 'x-key', 'x-key-bin', 'X-Key', 'bad key', 'a-bin');
    const single = fc.oneof(fc.constantFrom('', 'v', 'w, x', 'ü'), fc.uint8Array({ maxLength: 4 }));
    const step = fc.oneof(
      fc.tuple(fc.constant('set' as const), key, fc.oneof(single, fc.array(single, { maxLength: 3 }))),
      fc.tuple(fc.constant('append' as const), key, single),
      fc.tuple(fc.constant('delete' as const), key, fc.constant('')),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        const all: Metadata[] = [new CallMetadata(), Metadata()];
        const told = all.map((metadata) =>
          steps.map(([what, name, value]) => {
            try {
              if (what === 'delete') metadata.delete(name);
              else metadata[what](name, value as string);
            } catch (error) {
              return (error as Error).message;
            }
            return structuredClone([metadata.get(name), metadata.getAll(name), metadata.has(name), [...metadata]]);
          }),
        );
        expect(told[0]).toEqual(told[1]);
      }),
    );
  });
});

describe('text', () => {
  it.each([
    ['1H', 3_600_000],
    ['00000002M', 120_000],
    ['3S', 3_000],
    ['99999999m', 99_999_999],
    ['1500u', 2],
    ['1n', 1],
    ['0m', 0],
    ['', undefined],
    ['1', undefined],
    ['123456789S', undefined],
    ['-1S', undefined],
    ['1.5S', undefined],
    ['1s', undefined],
  ])('reads the timeout %j as %j ms', (text, ms) => {
    expect(parseTimeout(text)).toBe(ms);
  });

  it('encodes a status message so that it can be decoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const encoded = encodeStatusMessage(text);
        expect(encoded).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeURIComponent(encoded)).toBe(text.toWellFormed());
      }),
    );
    expect(encodeStatusMessage('100 % of ☃')).toBe('100 %25 of %E2%98%83');
  });
});
