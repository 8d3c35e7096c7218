import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultCodecs } from './registry.js';
import { TomlDate } from './toml-date.js';

const codecs = defaultCodecs();
const decode = (text: string): Record<string, unknown> => codecs.decode(Buffer.from(text), 'toml') as never;
const invalid = (what: string) =>
  expect.objectContaining({ code: 'invalid_value', message: expect.stringContaining(what) });

describe('toml', () => {
  it('has an empty document', () => {
    expect([decode(''), decode('\n'), decode('# nothing')]).toEqual([{}, {}, {}]);
    expect(decode('')).toStrictEqual({});
  });

  it.each([
    ['1979-05-27T07:32:00Z', 'offset-date-time', '1979-05-27T07:32:00.000Z'],
    ['1979-05-27T00:32:00.999999-07:00', 'offset-date-time', '1979-05-27T07:32:00.999Z'],
    ['1979-05-27 07:32:00z', 'offset-date-time', '1979-05-27T07:32:00.000Z'],
    ['1979-05-27T07:32:00', 'local-date-time', '1979-05-27T07:32:00.000Z'],
    ['1979-05-27', 'local-date', '1979-05-27T00:00:00.000Z'],
    ['2024-02-29', 'local-date', '2024-02-29T00:00:00.000Z'],
    ['07:32:00.5', 'local-time', '1970-01-01T07:32:00.500Z'],
  ])('reads %s as it is written', (text, kind, iso) => {
    const { d } = decode(`d = ${text}`) as { d: TomlDate };
    expect(d).toMatchObject({ text, kind });
    expect(new Date(d).toISOString()).toBe(iso);
    expect([`${d}`, JSON.stringify(d), d.getTime()]).toEqual([text, `"${text}"`, Date.parse(iso)]);
    const again = codecs.decode(codecs.encode({ d }, 'toml'), 'toml') as { d: TomlDate };
    expect(again.d.text).toBe(text);
  });

  it.each([
    '2021-02-30',
    '2021-02-29',
    '2021-13-01',
    '2021-00-10',
    '2021-01-00',
    '2021-01-01T24:00:00Z',
    '25:00:00',
    '2021-01-01T00:60:00Z',
    '2021-01-01T00:00:60Z',
    '2021-01-01T00:00:00+24:00',
  ])('has no %s', (date) => {
    expect(() => decode(`a = 1\nd = ${date}`)).toThrow(invalid('no such date or time at line 2, column 5'));
  });

  it('changes nothing that only looks like a date or a number', () => {
    const text = [
      '2021-02-30 = "2021-02-30" # 2021-02-30',
      "a = '2021-02-30 \"'",
      'b = """\n2021-02-30 = 1e400 \\""" """',
      "c = '''\n1e400'''",
      'e = ["1e400", [2021-02-28], {x = "1e400", 1e400 = 2021-02-28}]',
      '[1e400]',
      '1e400.1e400 = 1e4',
    ].join('\n');
    const date = new TomlDate('2021-02-28');
    expect(decode(text)).toEqual({
      '2021-02-30': '2021-02-30',
      a: '2021-02-30 "',
      b: '2021-02-30 = 1e400 """ ',
      c: '1e400',
      e: ['1e400', [date], { x: '1e400', '1e400': date }],
      '1e400': { '1e400': { '1e400': 1e4 } },
    });
  });

  it.each<[string, unknown]>([
    ['9007199254740993', 9007199254740993n],
    ['-9_223_372_036_854_775_808', -(2n ** 63n)],
    ['0x7fff_ffff_ffff_ffff', 2n ** 63n - 1n],
    ['1_0.5e0_1', 105],
    ['-0.0', -0],
    ['inf', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['nan', Number.NaN],
  ])('reads %s', (text, number) => {
    expect(decode(`n = ${text}\nd = 2021-01-01`).n).toBe(number);
  });

  it.each([
    ['n = 1e400', 'out of range', false],
    [`n = ${'1'.repeat(400)}`, 'out of range', false],
    [`n = 0x${'f'.repeat(400)}`, 'out of range', false],
    ['n = 1e-400', 'out of range', true],
    ['n = 9007199254740993.0', 'not exact', true],
    ['a.b = 1\n[a]', 'same table', true],
    ['d = 2021-01-01 x', 'not valid toml at line 1', false],
    ['d = 1_e5', 'not valid toml', false],
    [`${'a.'.repeat(1_200)}b = 1`, 'nested deeper than 1,000', false],
  ])('refuses to read %j, and keeps it where the original does', (text, what, isKept) => {
    expect(() => decode(text)).toThrow(invalid(what));
    const inspect = (): string => codecs.inspect(Buffer.from(text), 'toml');
    if (isKept) expect(inspect()).toBe('custom');
    else expect(inspect).toThrow(invalid(what));
  });
});

describe('TomlDate', () => {
  it('cannot be changed, by whatever method of Date', () => {
    const date = new TomlDate('2021-02-28T10:00:00.5Z');
    const before = [date.getTime(), date.getUTCHours(), +date, date.toJSON(), `${date}`];
    for (const name of Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'))) {
      expect(() => Reflect.apply(Reflect.get(date, name), date, [1])).toThrow(TypeError);
      Reflect.apply(Reflect.get(Date.prototype, name), date, [1]);
    }
    expect(() => Object.assign(date, { text: 'x' })).toThrow(TypeError);
    expect([date.getTime(), date.getUTCHours(), +date, date.toJSON(), `${date}`]).toEqual(before);
  });

  it('is every moment that a Date can be', () => {
    const years = {
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(years), (date) => {
        expect(+new TomlDate(date.toISOString())).toBe(+date);
      }),
    );
  });

  it.each(['', 'x', '2021', '2021-01-01T', 'T10:00', '10:00Z', '2021-01-01T10', '2021-01-01 10:00:00 Z'])(
    'is not %j',
    (text) => {
      expect(() => new TomlDate(text)).toThrow(RangeError);
    },
  );
});
