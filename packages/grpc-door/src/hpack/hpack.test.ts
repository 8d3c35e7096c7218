import fc from 'fast-check';
import hpack from 'hpack.js';
import { describe, expect, it } from 'vitest';
import { HpackDecoder, HpackError } from './decoder.js';
import { DynamicTable, type Field } from './dynamic-table.js';
import { HpackEncoder } from './encoder.js';
import { decodeHuffman } from './huffman.js';
import { codeLengths, endOfString, huffmanCodes } from './huffman-code.js';
import { staticTable } from './static-table.js';

const limits = { tableBytes: 4096, listBytes: 16_384 };
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const decode = (decoder: HpackDecoder, bytes: Buffer): readonly Field[] | undefined =>
  decoder.decode(bytes, 0, bytes.length).fields;

/** A second implementation, which is not ours. */
class Other {
  #compressor = hpack.compressor.create({ table: { maxSize: 4096 } });
  #decompressor = hpack.decompressor.create({ table: { maxSize: 4096 } });

  encode(fields: readonly Field[], huffman: boolean, incremental: boolean): Buffer {
    this.#compressor.write(fields.map(([name, value]) => ({ name, value, huffman, incremental })));
    const parts: Buffer[] = [];
    for (let part = this.#compressor.read(); part !== null; part = this.#compressor.read()) parts.push(part);
    return Buffer.concat(parts);
  }

  decode(block: Buffer): Field[] {
    this.#decompressor.write(block);
    this.#decompressor.execute();
    const fields: Field[] = [];
    for (let field = this.#decompressor.read(); field !== null; field = this.#decompressor.read()) {
      fields.push([field.name, field.value]);
    }
    return fields;
  }
}

const name = fc.oneof(
  fc.constantFrom(...staticTable.slice(1).map(([known]) => known)),
  fc.stringMatching(/^[a-z0-9_.-]{1,20}$/),
);
/** Names that the second implementation takes for members of its objects. */
const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));
const value = fc.oneof(
  fc.constantFrom('', 'GET', '/', '200', 'application/grpc'),
  fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
);
const list = fc.array(
  fc.tuple(name, value).filter((field) => !field.some((text) => inherited.has(text))),
  { maxLength: 12 },
);

describe('the decoder', () => {
  it('reads the examples of RFC 7541, C.4: Huffman, and a table that grows', () => {
    const decoder = new HpackDecoder(limits);
    const start = [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'www.example.com'],
    ];
    expect(decode(decoder, hex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'))).toEqual(start);
    expect(decode(decoder, hex('8286 84be 5886 a8eb 1064 9cbf'))).toEqual([...start, ['cache-control', 'no-cache']]);
    expect(decode(decoder, hex('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf'))?.slice(3)).toEqual([
      [':authority', 'www.example.com'],
      ['custom-key', 'custom-value'],
    ]);
  });

  it('reads what another encoder writes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(list, fc.boolean(), fc.boolean()), { maxLength: 20 }), (blocks) => {
        const other = new Other();
        const decoder = new HpackDecoder(limits);
        for (const [fields, huffman, incremental] of blocks) {
          expect(decode(decoder, other.encode(fields, huffman, incremental))).toEqual(fields);
        }
      }),
    );
  });

  it('throws HpackError, and nothing else, on any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }), (blocks) => {
        const decoder = new HpackDecoder(limits);
        try {
          for (const block of blocks) decode(decoder, Buffer.from(block));
        } catch (error) {
          expect(error).toBeInstanceOf(HpackError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['index 0', '80'],
    ['an index beyond the table', 'be'],
    ['an integer that is cut off', 'ff'],
    ['an integer without end', 'ffffffffffffffff7f'],
    ['a string that is cut off', '4001610561'],
    ['a missing string', '400161'],
    ['a table larger than allowed', '3fe21f'],
    ['a table resized after a field', '8220'],
    ['Huffman padding with zeros', '4001618100'],
    ['Huffman padding of eight bits', '40016182f8ff'],
    ['the end of a string within a Huffman string', '40016184ffffffff'],
  ])('refuses %s', (_what, bytes) => {
    expect(() => decode(new HpackDecoder(limits), hex(bytes))).toThrow(HpackError);
  });

  it('goes on after a list that is too large', () => {
    const decoder = new HpackDecoder({ tableBytes: 4096, listBytes: 100 });
    const other = new Other();
    expect(
      decode(
        decoder,
        other.encode(
          [
            ['a', 'x'.repeat(80)],
            ['b', 'c'],
          ],
          true,
          true,
        ),
      ),
    ).toBeUndefined();
    expect(decode(decoder, other.encode([['b', 'c']], true, true))).toEqual([['b', 'c']]);
  });
});

describe('the encoder', () => {
  it('writes what another decoder reads, whatever size of table it may use', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(list, fc.option(fc.integer({ min: 0, max: 8192 }), { freq: 4 })), { maxLength: 30 }),
        (blocks) => {
          const encoder = new HpackEncoder();
          const other = new Other();
          const decoder = new HpackDecoder(limits);
          for (const [fields, size] of blocks) {
            if (size !== null) encoder.resize(size);
            const block = Buffer.from(encoder.encode(fields.flat()));
            expect(decode(decoder, block)).toEqual(fields);
            expect(other.decode(block)).toEqual(fields);
          }
        },
      ),
    );
  });

  it('takes a byte for a field that is sent again and again', () => {
    const encoder = new HpackEncoder();
    const fields = [':status', '200', 'content-type', 'application/grpc', 'x-own', 'value'];
    encoder.encode(fields);
    encoder.encode(fields);
    expect(encoder.encode(fields)).toHaveLength(3);
  });

  it('never puts into its table what differs each time', () => {
    const encoder = new HpackEncoder();
    const fields = ['grpc-message', 'not found', 'details-bin', 'AAAA'];
    const { length } = encoder.encode(fields);
    expect(encoder.encode(fields)).toHaveLength(length);
    expect(encoder.version).toBe(0);
  });
});

describe('Huffman', () => {
  it('reads each symbol, however it lies', () => {
    const codes = huffmanCodes();
    const encode = (symbols: readonly number[]): Buffer => {
      const bits = symbols
        .map((symbol) => (codes[symbol] as number).toString(2).padStart(codeLengths[symbol] as number, '0'))
        .join('');
      const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
      return Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
    };
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 255 }), { maxLength: 60 }), (symbols) => {
        const bytes = encode(symbols);
        expect(decodeHuffman(bytes, 0, bytes.length)).toBe(Buffer.from(symbols).toString('latin1'));
      }),
      { numRuns: 1_000 },
    );
    const bytes = encode([97, endOfString]);
    expect(decodeHuffman(bytes, 0, bytes.length)).toBeUndefined();
  });
});

describe('the dynamic table', () => {
  it('drops the oldest, and everything for a field that is too large', () => {
    const table = new DynamicTable(200);
    for (let i = 0; i < 1_000; i += 1) table.add(['name', String(i % 10)]);
    expect(table.length).toBe(5);
    expect(table.at(0)).toEqual(['name', '9']);
    expect(table.at(4)).toEqual(['name', '5']);
    expect(table.at(5)).toBeUndefined();
    table.resize(100);
    expect([table.length, table.size]).toEqual([2, 74]);
    table.add(['name', 'x'.repeat(200)]);
    expect([table.length, table.size]).toEqual([0, 0]);
  });
});
