import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage } from './messages.js';
import { packMap } from './msgpack.js';
import { openPacket } from './packet.js';
import { Security } from './security.js';
import { StreamReader } from './stream.js';
import { WireError } from './wire-error.js';

const plain = new Security();
const sealed = new Security({ label: 'lab', keys: [new Uint8Array(16)] });
const ack = encodeMessage({ is: 'ack', seqNo: 7 });

/** Wraps a message as often as told. */
const compounds = (inner: Uint8Array, times: number): Uint8Array =>
  times === 0
    ? inner
    : compounds(Buffer.concat([Uint8Array.of(7, 1, inner.length >> 8, inner.length & 255), inner]), times - 1);

/** The LZW form of `count` equal bytes: codes that each stand for one more byte than the one before. */
function bomb(count: number): Uint8Array {
  const codes = [256, 0];
  for (let length = 2, next = 258; length < count && next < 4_095; length++, next++) codes.push(next);
  let bits = 0n;
  let at = 0n;
  let width = 9;
  let entries = 257;
  for (const code of codes) {
    bits |= BigInt(code) << at;
    at += BigInt(width);
    if (code !== 256 && ++entries >= 1 << width && width < 12) width += 1;
  }
  const bytes = Buffer.from(bits.toString(16).padStart(Number((at + 7n) / 8n) * 2, '0'), 'hex').reverse();
  return Buffer.concat([Uint8Array.of(9), packMap({ Algo: 0, Buf: bytes })]);
}

describe('a hostile packet', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'empty'],
    ['an unknown type', Uint8Array.of(99), 'unknown type 99'],
    ['a cut message', ack.subarray(0, 9), 'truncated'],
    ['compounds in compounds', compounds(ack, 8), 'layers too deep'],
    ['a bomb', bomb(4_000), 'packed data of more than 65536 bytes'],
    [
      'a packing without end',
      Buffer.concat([Uint8Array.of(9), packMap({ Algo: 0, Buf: Uint8Array.of(0, 3) })]),
      'without an end',
    ],
    ['a wrong checksum', Buffer.concat([Uint8Array.of(12, 1, 2, 3, 4), ack]), 'a wrong checksum'],
    [
      'maps in maps',
      Uint8Array.from([2, ...Array(50).fill([0x81, 0xa1, 0x61]).flat(), 0xc0]),
      'a map of 1 at this place',
    ],
    ['a text of 4 GiB', Uint8Array.of(2, 0x81, 0xdb, 255, 255, 255, 255), 'truncated'],
    ['an array of 65535', Uint8Array.of(2, 0x81, 0xa1, 0x61, 0xdc, 255, 255), 'an array of 65535'],
    [
      'a float for a number',
      Uint8Array.of(0x0b, 0x81, 0xa5, ...Buffer.from('SeqNo'), 0xca, 0, 0, 0, 0),
      'MessagePack type 202',
    ],
    ['no map', Uint8Array.of(2, 7), 'no map'],
    ['a label that nobody has', Uint8Array.of(0xf4, 1, 0x61, ...ack), 'another label'],
  ])('%s is refused', (_, bytes, fault) => {
    const { messages, faults } = openPacket(bytes, plain);
    expect(messages).toEqual([]);
    expect(faults.join()).toContain(fault);
  });

  it('loses only what is wrong in it', () => {
    const bytes = Uint8Array.of(7, 3, 0, ack.length, 0, 1, 0, 50, ...ack, 99);
    const { messages, faults } = openPacket(bytes, plain);
    expect(messages).toMatchObject([{ is: 'ack', seqNo: 7 }]);
    expect(faults).toEqual(['unknown type 99', 'a compound that is cut off']);
  });

  it('without the label or the seal is dropped, and so is one that was tampered with', () => {
    for (const bytes of [
      ack,
      Buffer.concat([sealed.header, ack]),
      Buffer.concat([sealed.header, new Uint8Array(60)]),
    ]) {
      expect(openPacket(bytes, sealed)).toMatchObject({ messages: [] });
    }
  });

  it('is never more than a fault, whatever it is', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const kind = fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 244);
    fc.assert(
      fc.property(kind, bytes, (type, rest) => {
        for (const security of [plain, sealed]) {
          const { messages, faults } = openPacket(Buffer.concat([Uint8Array.of(type), rest]), security);
          expect(messages.length + faults.length).toBeGreaterThan(type === 7 ? -1 : 0);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a hostile stream', () => {
  const read = (bytes: Uint8Array, security = plain): unknown =>
    new StreamReader(security, { first: true }).push(bytes);

  it.each([
    ['an unknown type', Uint8Array.of(77), plain, 'unknown type 77'],
    ['too many nodes', Buffer.concat([Uint8Array.of(6), packMap({ Nodes: 20_000 })]), plain, 'Nodes'],
    [
      'a message of a gigabyte',
      Buffer.concat([Uint8Array.of(8), packMap({ UserMsgLen: 2 ** 30 })]),
      plain,
      'UserMsgLen',
    ],
    ['a seal of a gigabyte', Uint8Array.of(0xf4, 3, ...Buffer.from('lab'), 10, 64, 0, 0, 0), sealed, 'a stream of'],
    ['no seal', Uint8Array.of(0xf4, 3, ...Buffer.from('lab'), ...ack), sealed, 'not sealed'],
    ['no label', ack, sealed, 'no label'],
    ['a seal without a key', Uint8Array.of(10, 0, 0, 0, 9), plain, 'no key'],
    ['packing in packing', bomb(10), plain, 'without an end'],
  ])('with %s is refused', (_, bytes, security, fault) => {
    expect(() => read(bytes, security)).toThrow(fault);
  });

  it('is refused, waited for or read, whatever it is, and in whatever pieces it comes', () => {
    const kind = fc.constantFrom(0, 2, 6, 8, 9, 10, 13);
    fc.assert(
      fc.property(kind, fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (type, chunks) => {
        const reader = new StreamReader(plain, { first: true });
        try {
          for (const chunk of [Uint8Array.of(type), ...chunks]) if (reader.push(chunk) !== undefined) return;
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('that goes on for ever is cut off', () => {
    const reader = new StreamReader(plain, { first: true });
    const chunk = new Uint8Array(2 ** 20).fill(0xa0);
    reader.push(
      Buffer.concat([
        Uint8Array.of(6),
        packMap({ Nodes: 1, UserStateLen: 0 }),
        Uint8Array.of(0x81, 0xdb, 1, 0x3f, 0xff, 0xff),
      ]),
    );
    expect(() => {
      for (let i = 0; i < 30; i++) reader.push(chunk);
    }).toThrow(WireError);
  });
});
