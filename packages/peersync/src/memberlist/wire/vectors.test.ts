import { describe, expect, it } from 'vitest';
import { Keyring } from './keyring.js';
import { unpackLzw } from './lzw.js';
import { decodeMessage, encodeMessage, type Message } from './messages.js';
import { openPacket, sealPacket } from './packet.js';
import { Security } from './security.js';
import { encodeStream, type StreamMessage, StreamReader } from './stream.js';

const plain = new Security();
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const source = { host: '127.0.0.1', port: 7946, node: 'a' };
const vsn = hex('010502000000');
const meta = Buffer.from('127.0.0.1:9000');
const address = { host: '127.0.0.1', port: 7946 };
const longName = 'n'.repeat(40);
const none = new Uint8Array(0);

/** Made with Go's own encoder. */
const vectors: [string, Message, string][] = [
  [
    'ping',
    { is: 'ping', seqNo: 7, node: 'b', source },
    '0085a44e6f6465a162a55365714e6f07aa536f7572636541646472a47f000001aa536f757263654e6f6465a161aa536f75726365506f7274cd1f0a',
  ],
  ['ping without a source', { is: 'ping', seqNo: 70_000, node: 'b' }, '0082a44e6f6465a162a55365714e6fce00011170'],
  [
    'indirectPing',
    { is: 'indirectPing', seqNo: 7, target: address, node: 'b', nack: true, source },
    '0188a44e61636bc3a44e6f6465a163a4506f7274cd1f0ba55365714e6f07aa536f7572636541646472a47f000001aa536f757263654e6f6465a161aa536f75726365506f7274cd1f0aa6546172676574a47f000001',
  ],
  ['ack', { is: 'ack', seqNo: 7 }, '0282a75061796c6f6164c0a55365714e6f07'],
  [
    'ack with a payload',
    { is: 'ack', seqNo: 300, payload: hex('ff00') },
    '0282a75061796c6f6164a2ff00a55365714e6fcd012c',
  ],
  [
    'suspect',
    { is: 'suspect', incarnation: 1, node: 'b', from: 'a' },
    '0383a446726f6da161ab496e6361726e6174696f6e01a44e6f6465a162',
  ],
  [
    'alive',
    { is: 'alive', incarnation: 1, node: 'a', address, meta, vsn },
    '0486a441646472a47f000001ab496e6361726e6174696f6e01a44d657461ae3132372e302e302e313a39303030a44e6f6465a161a4506f7274cd1f0aa356736ea6010502000000',
  ],
  [
    'dead',
    { is: 'dead', incarnation: 1, node: 'a', from: 'a' },
    '0583a446726f6da161ab496e6361726e6174696f6e01a44e6f6465a161',
  ],
  ['nack', { is: 'nack', seqNo: 7 }, '0b81a55365714e6f07'],
  ['user', { is: 'user', payload: Buffer.from('{"t":1,"p":"e30="}') }, '087b2274223a312c2270223a226533303d227d'],
];
// The indirect ping was made for the node c at port 7947.
const [, indirect] = vectors[2] as [string, { node: string; target: { port: number } }, string];
Object.assign(indirect, { node: 'c', target: { host: '127.0.0.1', port: 7947 } });

describe.each(vectors)('%s', (_, message, bytes) => {
  it('is written as Go writes it', () => {
    expect(toHex(encodeMessage(message))).toBe(bytes);
  });

  it('is read', () => {
    const { messages, faults } = openPacket(hex(bytes), plain);
    expect(faults).toEqual([]);
    expect(messages.map((each) => toHex(encodeMessage(each)))).toEqual([bytes]);
  });
});

it('reads an address that is mapped into IPv6, numbers of 32 bits and long names', () => {
  const bytes = `0486a441646472b000000000000000000000ffff7f000001ab496e6361726e6174696f6eceffffffffa44d657461c0a44e6f6465da0028${'6e'.repeat(40)}a4506f7274cdffffa356736ea6010502000000`;
  expect(decodeMessage(hex(bytes))).toEqual({
    is: 'alive',
    incarnation: 0xffffffff,
    node: longName,
    address: { host: '127.0.0.1', port: 65_535 },
    meta: none,
    vsn,
  });
});

describe('layers', () => {
  const ack = '0282a75061796c6f6164c0a55365714e6f07';
  const security = new Security({ label: 'lab', keys: [Buffer.from('0123456789abcdef')] });

  it.each([
    [
      'a compound',
      '0702003b001d0085a44e6f6465a162a55365714e6f07aa536f7572636541646472a47f000001aa536f757263654e6f6465a161aa536f75726365506f7274cd1f0a0383a446726f6da161ab496e6361726e6174696f6e01a44e6f6465a162',
      ['ping', 'suspect'],
    ],
    [
      'a checksum',
      '0c2289f1180085a44e6f6465a162a55365714e6f07aa536f7572636541646472a47f000001aa536f757263654e6f6465a161aa536f75726365506f7274cd1f0a',
      ['ping'],
    ],
    ['compressed', '0982a4416c676f00a3427566ac0011841948b0a0c183040302', ['user']],
  ])('%s', (_, bytes, kinds) => {
    const { messages, faults } = openPacket(hex(bytes), plain);
    expect([messages.map(({ is }) => is), faults]).toEqual([kinds, []]);
  });

  it('a compound and a checksum are written as Go writes them', () => {
    const [ping, , , , , suspect] = vectors.map(([, message]) => encodeMessage(message)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(toHex(sealPacket([ping, suspect], plain, false))).toMatch(/^0702003b001d0085/);
    expect(toHex(sealPacket([ping], plain, true))).toMatch(/^0c2289f1180085/);
  });

  it('LZW', () => {
    expect(toHex(unpackLzw(hex('000302'), 10))).toBe('');
    expect(Buffer.from(unpackLzw(hex('00c3081c48b0a0c1810101'), 24)).toString()).toBe('a'.repeat(24));
    expect(() => unpackLzw(hex('00c3081c48b0a0c1810101'), 23)).toThrow('more than 23 bytes');
  });

  it('a label', () => {
    const { messages } = openPacket(hex(`f4036c6162${ack}`), new Security({ label: 'lab' }));
    expect(messages).toMatchObject([{ is: 'ack', seqNo: 7 }]);
  });

  it('a seal, of packets and of streams', () => {
    const sealed = '016e6f6e63653132333435363784f69db1a489845c5a530c6ee5da186c7532fdc0d4fdc8fde57f7db4ea9ad68a00cf';
    const keyring = new Keyring([Buffer.from('0123456789abcdef')]);
    expect(toHex(keyring.seal(hex(ack), security.label, Buffer.from('nonce1234567')))).toBe(sealed);
    expect(openPacket(hex(`f4036c6162${sealed}`), security).messages).toMatchObject([{ is: 'ack', seqNo: 7 }]);

    const stream =
      '0a0000002f016e6f6e63653132333435363784f69db1a489845c5a530c6ee5da186c7532745eba965abec083bf69f798de3d95ee';
    expect(new StreamReader(security, { first: false }).push(hex(stream))).toMatchObject({ is: 'ack', seqNo: 7 });
    expect(new StreamReader(security, { first: true }).push(hex(`f4036c6162${stream}`))).toMatchObject({
      is: 'ack',
      seqNo: 7,
    });
  });
});

describe('streams', () => {
  const pushPull: StreamMessage = {
    is: 'pushPull',
    join: true,
    user: none,
    nodes: [{ name: 'a', address, meta, incarnation: 1, state: 'alive', vsn }],
  };
  it.each<[string, StreamMessage, string]>([
    [
      'push/pull',
      pushPull,
      '0683a44a6f696ec3a54e6f64657301ac5573657253746174654c656e0087a441646472a47f000001ab496e6361726e6174696f6e01a44d657461ae3132372e302e302e313a39303030a44e616d65a161a4506f7274cd1f0aa5537461746500a356736ea6010502000000',
    ],
    ['user', { is: 'user', payload: Buffer.from('hello') }, '0881aa557365724d73674c656e0568656c6c6f'],
    ['err', { is: 'err', error: 'boom' }, '0d81a54572726f72a4626f6f6d'],
  ])('%s is written and read as by Go, byte by byte', (_, message, bytes) => {
    expect(toHex(encodeStream(message, plain, { first: true }))).toBe(bytes);
    const reader = new StreamReader(plain, { first: true });
    const results = [...hex(bytes)].map((byte) => reader.push(Uint8Array.of(byte)));
    expect(results.pop()).toEqual(JSON.parse(JSON.stringify(message), reviveBytes));
    expect(results.filter((result) => result !== undefined)).toEqual([]);
  });

  it('a header with large numbers', () => {
    const many = {
      ...pushPull,
      join: false,
      nodes: Array(200).fill(pushPull.nodes[0]),
      user: new Uint8Array(70_000),
    } as StreamMessage;
    expect(toHex(encodeStream(many, plain, { first: true }))).toMatch(
      /^0683a44a6f696ec2a54e6f646573d100c8ac5573657253746174654c656ed200011170/,
    );
  });
});

/** JSON turns bytes into objects with numbered fields, or buffers into their own form. */
function reviveBytes(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ((value as { type?: string }).type === 'Buffer') return Uint8Array.from((value as { data: number[] }).data);
  const keys = Object.keys(value);
  const isBytes = !Array.isArray(value) && keys.every((key, i) => key === String(i));
  return isBytes ? Uint8Array.from(Object.values(value) as number[]) : value;
}
