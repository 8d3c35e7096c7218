import fc from 'fast-check';
import { CORE_SCHEMA, load, YAML11_SCHEMA } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { defaultCodecs } from './registry.js';

const codecs = defaultCodecs();
const decode = (text: string): unknown => codecs.decode(Buffer.from(text), 'yaml');
const write = (data: unknown): string => Buffer.from(codecs.encode(data, 'yaml')).toString();
const invalid = (what: string) =>
  expect.objectContaining({ code: 'invalid_value', message: expect.stringContaining(what) });

describe('yaml documents', () => {
  it.each<[string, unknown[]]>([
    ['server.port: 1\n---\nserver.port: 2\n', [{ 'server.port': 1 }, { 'server.port': 2 }]],
    ['--- 1\n--- two\n---\n- 3', [1, 'two', [3]]],
    ['# none\n---\na: 1\n...\n', [{ a: 1 }]],
    ['a: 1\n...\n# none\n', [{ a: 1 }]],
    ['a: 1\n---\n', [{ a: 1 }, null]],
    ['a: 1\r\n---\r\nb: 2\r\n', [{ a: 1 }, { b: 2 }]],
    ['a: 1\r---\rb: 2', [{ a: 1 }, { b: 2 }]],
    ['%YAML 1.1\n---\na\n...\n%YAML 1.2\n---\nb', ['a', 'b']],
    ['a: |\n  --- text\nb: ---x\n', [{ a: '--- text\n', b: '---x' }]],
    ['a: "---"\n--- |\n text', [{ a: '---' }, 'text']],
    ['\ufeffa: 1\n---\nb: 2', [{ a: 1 }, { b: 2 }]],
  ])('%j', (text, documents) => {
    expect(codecs.documents(Buffer.from(text), 'yaml')).toEqual(documents);
    expect(decode(text)).toEqual(documents[0]);
  });

  it('what is wrong in one is no fault of those before', () => {
    const text = 'a: 1\n---\n{ broken\n---\nc: 3';
    expect(decode(text)).toEqual({ a: 1 });
    expect(codecs.inspect(Buffer.from(text), 'yaml')).toBe('custom');
    expect(() => codecs.documents(Buffer.from(text), 'yaml')).toThrow(invalid('line 4'));
  });

  it('says the line of the stream', () => {
    expect(() => codecs.documents(Buffer.from('a: 1\n---\nb: 2\nb: 3\n'), 'yaml')).toThrow(invalid('line 4, column 1'));
  });
});

describe('yaml reads', () => {
  it.each<[string, unknown]>([
    [
      'base: &base {a: 1, b: 2}\nmine:\n  <<: *base\n  b: 3\nsame: *base',
      { base: { a: 1, b: 2 }, mine: { a: 1, b: 3 }, same: { a: 1, b: 2 } },
    ],
    ['<<: [{a: 1}, {a: 2, b: 3}]\nc: 4', { a: 1, b: 3, c: 4 }],
    ['!!merge <<: {a: 1}', { a: 1 }],
    ['"<<": 1', { '<<': 1 }],
    ['- <<', ['<<']],
    ['!!float 3', 3],
    ['- !!str 3\n- !!int "3"\n- !!bool "true"\n- !!null ""\n- ! 12', ['3', 3, true, null, '12']],
    ['%TAG !y! tag:yaml.org,2002:\n---\n- !y!str 3\n- !<tag:yaml.org,2002:str> 4', ['3', '4']],
    ['sha: 123e4567\nsmall: 1e-400', { sha: '123e4567', small: '1e-400' }],
    ['id: 9007199254740993\nhex: 0xFFFFFFFFFFFFFFFF', { id: 9007199254740993n, hex: 2n ** 64n - 1n }],
    [
      '- 0644\n- 0o644\n- 0b11\n- 1_000\n- 1:30\n- yes\n- 2001-01-01',
      [644, 0o644, '0b11', '1_000', '1:30', 'yes', '2001-01-01'],
    ],
    ['- .inf\n- -.inf\n- .NaN\n- -0\n- -0.0', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0, -0]],
    [
      '1.10: a\n1.1: b\n0x10: c\n16: d\n~: e\ntrue: f\n? \n: g',
      { '1.10': 'a', '1.1': 'b', '0x10': 'c', '16': 'd', '~': 'e', true: 'f', '': 'g' },
    ],
    ['&k key: 1\n2: *k', { key: 1, '2': 'key' }],
    ['__proto__: {a: 1}', JSON.parse('{"__proto__": {"a": 1}}')],
    ['a: [\n1,\n# c ]\n"x ]\ny",\n]\nb: {\nc: 1\n}\nd: "e\nf"\n', { a: [1, 'x ] y'], b: { c: 1 }, d: 'e f' }],
    [
      'x:\n- a: [\n  1\n  ]\n  b: |\n    [ {\n  c: plain [ text\n  d: {\n}\n',
      { x: [{ a: [1], b: '[ {\n', c: 'plain [ text', d: {} }] },
    ],
    ['a: |\n  x', { a: 'x' }],
    ['a: |\n  x\n', { a: 'x\n' }],
    ['a: >-\n  x\n  y', { a: 'x y' }],
    ['"C:\\\\Users\\U0001F600"', 'C:\\Users😀'],
    ['[&a 1, *a]', [1, 1]],
  ])('%j', (text, data) => {
    expect(decode(text)).toEqual(data);
  });

  it('UTF-16, which YAML also is', () => {
    const text = Buffer.from('\ufeffa: é', 'utf16le');
    expect(codecs.decode(text, 'yaml')).toEqual({ a: 'é' });
    expect(codecs.decode(Buffer.from(text).swap16(), 'yaml')).toEqual({ a: 'é' });
  });

  it('a byte-order mark', () => {
    expect(decode('\ufeffa: 1')).toEqual({ a: 1 });
  });
});

describe('yaml refuses to read', () => {
  it.each([
    ['8080: a\n"8080": b', 'same key twice', false],
    ['a: 1\na: 2', 'same key twice', false],
    ['<<: {a: 1}\n<<: {b: 1}', 'same key twice', false],
    ['<<: 1', 'merges what is no map', false],
    ['a: *a', 'alias without an anchor', false],
    ['a: &a [*a]', 'alias without an anchor', false],
    ['a: b: c', 'not valid yaml', false],
    ['"\\ud800"', 'no character', false],
    ['"\\U00110000"', 'no character', false],
    ['a: [1', 'not valid yaml', false],
    ['- '.repeat(1_100), 'deeper than 1,000', false],
    ['['.repeat(1_100) + ']'.repeat(1_100), 'deeper than 1,000', false],
    ['&a '.repeat(100_000), 'not valid yaml', false],
    ['!!int abc', 'tag does not fit', true],
    ['a: !!map [1]', 'tag does not fit', true],
    ['!Ref a', 'not of its core schema', true],
    ['a: !!binary aGk=', 'not of its core schema', true],
    ['a: !!set {x, y}', 'not of its core schema', true],
    ['a: !!timestamp 2001-01-01', 'not of its core schema', true],
    ['? [a]\n: b', 'as a key', true],
    ['n: 9007199254740993.0', 'not exact at line 1, column 4', true],
    ['- a\n'.repeat(30_000), 'more parts', true],
    [`${'- '.repeat(900)}a: [\n${'b,\n'.repeat(20_000)}]`, 'more parts', true],
    [
      Array.from('bcdefghij', (c, i) => `${c}: &${c} [${Array(9).fill(i ? `*${'abcdefghij'[i]}` : 1)}]`).join('\n'),
      'repeats too much',
      true,
    ],
    [
      `- &x {${Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`)}}\n${'- {<<: *x}\n'.repeat(99)}`,
      'repeats too much',
      true,
    ],
  ])('%.60j, and keeps it where the original does', (text, what, isKept) => {
    expect(() => decode(text)).toThrow(invalid(what));
    const inspect = (): string => codecs.inspect(Buffer.from(text), 'yaml');
    if (isKept) expect(inspect()).toBe('custom');
    else expect(inspect).toThrow(invalid(what));
  });
});

describe('yaml is written so that 1.1 and 1.2 read the same', () => {
  it.each([
    '1_000',
    '0b11',
    '2001-01-01',
    '1:30',
    '0644',
    '0o17',
    '1e3',
    '.5',
    '+1',
    '-',
    'yes',
    'No',
    'on',
    'y',
    'NULL',
    '~',
    '',
    '=',
    '<<',
    'true',
    '1_e3',
    '.inf',
    'a: b',
    'a #b',
    '# a',
    '&a',
    '*a',
    '!a',
    '|',
    '%a',
    '@a',
    '`a',
    '---',
    ' a',
    'a ',
    '\n',
    '\na',
    'a\n\nb\n\n',
    'a\u0085b',
    'a\u2028b',
    '\ufeff',
    '\u0000',
    '"',
    "'",
    '\\',
    '\t',
    'a\r\nb',
  ])('the text %j', (text) => {
    for (const data of [text, [text], { [text]: text }, { a: [{ b: text }] }]) {
      const yaml = write(data);
      for (const schema of [CORE_SCHEMA, YAML11_SCHEMA]) expect(load(yaml, { schema })).toEqual(data);
      expect(decode(yaml)).toEqual(data);
    }
  });

  it('any data', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...' \n\t:#-"\'\\01_.e|>[{&*!%@`?,=<~ynxo') }),
    );
    const { data } = fc.letrec<{ data: unknown }>((tie) => ({
      data: fc.oneof(
        { depthSize: 'medium' },
        text,
        fc.double({ noNaN: true }),
        fc.integer(),
        fc.constantFrom(true, false, null),
        fc.array(tie('data'), { maxLength: 4 }),
        fc.dictionary(text, tie('data'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(data, (data) => {
        const yaml = write(data);
        for (const schema of [CORE_SCHEMA, YAML11_SCHEMA]) expect(load(yaml, { schema })).toEqual(data);
      }),
    );
  });

  it('for people to read', () => {
    const data = {
      name: 'api',
      port: 8080,
      tags: ['a', 'b c'],
      text: 'one\ntwo\n',
      version: '1.10',
      url: 'http://a/?b',
    };
    expect(write(data)).toBe(
      'name: api\nport: 8080\ntags:\n  - a\n  - b c\ntext: |\n  one\n  two\nversion: "1.10"\nurl: http://a/?b\n',
    );
  });
});
