import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain, type Transformer } from './chain.js';
import { jsonCodec } from './json.js';
import { CodecRegistry, defaultCodecs } from './registry.js';
import { Secret } from './secret.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const codecs = defaultCodecs();
const refused = (text: string | Uint8Array, codec: string): unknown => {
  try {
    return codecs.decode(typeof text === 'string' ? bytes(text) : text, codec);
  } catch (error) {
    return error;
  }
};

describe('inspect', () => {
  it.each([
    ['1', 'json', 'int'],
    ['1.0', 'json', 'int'],
    ['1e3', 'json', 'int'],
    ['9007199254740993', 'json', 'int'],
    ['1.5', 'json', 'float'],
    ['"1"', 'json', 'string'],
    ['true', 'json', 'bool'],
    ['[1]', 'json', 'custom'],
    ['{"a":1}', 'json', 'custom'],
    ['a: 1', 'yaml', 'custom'],
    ['42\n', 'yaml', 'int'],
    ['4.5', 'yaml', 'float'],
    ['on', 'yaml', 'string'],
    ['true', 'yaml', 'bool'],
    ['- 1', 'yaml', 'custom'],
    ['a = 1', 'toml', 'custom'],
    ['hush', 'secret', 'secret'],
    ['anything', 'raw', 'custom'],
    ['', 'raw', 'custom'],
    ['', 'secret', 'secret'],
    ['', 'toml', 'custom'],
    ['# nothing', 'toml', 'custom'],
    ['1\n---\n2', 'yaml', 'custom'],
    ['a: 1\n---\nb: [', 'yaml', 'custom'],
    ['one\n...\n', 'yaml', 'string'],
    ['anything', 'client:encrypted:json', 'custom'],
  ])('%j as %s is %s', (text, codec, type) => {
    expect(codecs.inspect(bytes(text), codec)).toBe(type);
  });
});

describe('bad bytes are an invalid value that does not repeat them', () => {
  it.each([
    ['', 'json'],
    ['null', 'json'],
    ['{hunter2', 'json'],
    ['"hunter2', 'json'],
    ['\ufeff1', 'json'],
    ['1e400', 'json'],
    ['1 hunter2', 'json'],
    ['', 'yaml'],
    ['# hunter2', 'yaml'],
    ['~', 'yaml'],
    ['a: b: hunter2', 'yaml'],
    ['hunter2: 1\nhunter2: 2', 'yaml'],
    ['a: *hunter2', 'yaml'],
    ['&hunter2 [*hunter2]', 'yaml'],
    ['hunter2', 'toml'],
    ['a = 1\na = "hunter2"', 'toml'],
  ])('%j as %s', (text, codec) => {
    const error = refused(text, codec) as Error;
    expect(error).toMatchObject({ code: 'invalid_value' });
    expect(inspect(error)).not.toContain('hunter2');
  });

  it.each(['json', 'yaml', 'toml'])('bytes that are not UTF-8 as %s', (codec) => {
    expect(refused(Uint8Array.of(0x22, 0xff, 0x22), codec)).toMatchObject({ code: 'invalid_value' });
  });

  it('says where', () => {
    expect(refused('a: 1\nb: c: d', 'yaml')).toMatchObject({ message: expect.stringContaining('line 2') });
    expect(refused('a = 1\nb', 'toml')).toMatchObject({ message: expect.stringContaining('line 2') });
    expect(refused('[1,]', 'json')).toMatchObject({ message: expect.stringMatching(/json( at position 3)?$/) });
  });

  it('whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom(...codecs.names()), (data, codec) => {
        try {
          codecs.decode(data, codec);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_value' });
        }
      }),
    );
  });
});

describe('encode', () => {
  it('round-trips data', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom('json', 'yaml'), (data, codec) => {
        if (data === null) return;
        const decoded = codecs.decode(codecs.encode(data, codec), codec);
        expect(JSON.stringify(decoded)).toBe(JSON.stringify(JSON.parse(JSON.stringify(data))));
      }),
    );
    const table = { a: 1, b: ['x'], c: { d: true }, e: 2n ** 60n };
    expect(codecs.decode(codecs.encode(table, 'toml'), 'toml')).toEqual(table);
  });

  it.each([
    [undefined, 'json'],
    [() => 1, 'json'],
    [undefined, 'yaml'],
    [1, 'toml'],
    [[1], 'toml'],
    [7, 'secret'],
  ])('refuses %s as %s', (data, codec) => {
    expect(() => codecs.encode(data, codec)).toThrow(expect.objectContaining({ code: 'invalid_value' }));
  });

  it('passes bytes of an unknown codec through, and nothing else', () => {
    const data = Uint8Array.of(1, 2);
    expect(codecs.encode(data, 'raw')).toBe(data);
    expect(codecs.decode(data, 'raw')).toBe(data);
    expect(() => codecs.encode('text', 'raw')).toThrow(expect.objectContaining({ code: 'codec_not_found' }));
  });
});

describe('CodecRegistry', () => {
  it('lists its names in order, and is frozen where it is shared', () => {
    expect(codecs.names()).toEqual(['json', 'secret', 'toml', 'yaml']);
    expect(() => codecs.register(jsonCodec())).toThrow('extend');
    const more = codecs.extend({ ...jsonCodec(), name: 'json5' });
    expect(more.names()).toEqual(['json', 'json5', 'secret', 'toml', 'yaml']);
    expect(() => more.register(jsonCodec())).toThrow('already registered');
    expect(codecs.has('json5')).toBe(false);
  });

  it.each(['', 'a b', 'é', 'x\n', 'x'.repeat(129)])('has no codec named %j', (name) => {
    const codec = { ...jsonCodec(), name };
    expect(() => new CodecRegistry([codec])).toThrow(expect.objectContaining({ code: 'codec_not_found' }));
    expect(() => codecs.inspect(bytes('1'), name)).toThrow(expect.objectContaining({ code: 'codec_not_found' }));
  });

  it('turns what a codec throws, or null, into an invalid value', () => {
    const odd = new CodecRegistry([
      {
        name: 'odd',
        encode: () => {
          throw new TypeError('boom');
        },
        decode: (data) => {
          if (data.length === 1) return null;
          throw new TypeError('boom');
        },
      },
    ]);
    for (const work of [
      () => odd.encode(1, 'odd'),
      () => odd.decode(bytes('xx'), 'odd'),
      () => odd.decode(bytes('x'), 'odd'),
    ]) {
      expect(work).toThrow(expect.objectContaining({ code: 'invalid_value' }));
    }
  });
});

describe('chain', () => {
  const xor = (name: string, by: number): Transformer => {
    const turn = (data: Uint8Array): Uint8Array => data.map((byte) => byte ^ by);
    return { name, apply: turn, revert: turn };
  };
  const reverse: Transformer = {
    name: 'reversed',
    apply: (data) => Uint8Array.from(data).reverse(),
    revert: (data) => {
      if (data.length === 3) throw new Error('bad padding');
      return Uint8Array.from(data).reverse();
    },
  };
  const shifted: Transformer = {
    name: 'shifted',
    apply: (data) => data.subarray(0).map((b) => b + 1),
    revert: (data) => data.map((b) => b - 1),
  };

  it('transforms outwards from the base, and back', () => {
    const codec = chain('client:shifted:masked:json', [shifted, xor('masked', 0x20)], jsonCodec());
    const encoded = codec.encode('Ab');
    expect([...encoded]).toEqual([...bytes('"Ab"')].map((byte) => (byte ^ 0x20) + 1));
    expect(codec.decode(encoded)).toBe('Ab');
    const registry = codecs.extend(codec);
    expect(registry.inspect(encoded, 'client:shifted:masked:json')).toBe('string');
    expect(codecs.inspect(encoded, 'client:shifted:masked:json')).toBe('custom');
  });

  it('is named after its parts', () => {
    expect(chain('reversed:json', [reverse], jsonCodec()).name).toBe('reversed:json');
    expect(() => chain('encrypted:json', [reverse], jsonCodec())).toThrow('reversed:json');
  });

  it('fails with an invalid value', () => {
    const registry = codecs.extend(chain('reversed:json', [reverse], jsonCodec()));
    expect(() => registry.decode(bytes('123'), 'reversed:json')).toThrow(
      expect.objectContaining({ code: 'invalid_value' }),
    );
    expect(() => registry.decode(bytes('{a'), 'reversed:json')).toThrow(
      expect.objectContaining({ code: 'invalid_value' }),
    );
  });
});

describe('Secret', () => {
  it('does not show', () => {
    const secret = new Secret('hunter2');
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ deep: [secret] }),
      inspect(secret, { showHidden: true, depth: 9 }),
      secret.toString(),
      Object.values(secret).join(),
    ].join('\n');
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain(String(bytes('hunter2')));
    expect(`${secret}`).toBe('******');
    expect(JSON.stringify(secret)).toBe('"******"');
  });

  it('is revealed on demand, as a copy', () => {
    const secret = codecs.decode(bytes('hunter2'), 'secret') as Secret;
    expect(secret.reveal()).toBe('hunter2');
    secret.revealBytes().fill(0);
    expect(secret.reveal()).toBe('hunter2');
    expect(() => new Secret(Uint8Array.of(0xff)).reveal()).toThrow('UTF-8');
  });
});
