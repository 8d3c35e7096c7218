import { describe, expect, test } from 'vitest';
import { durationKind, timestampKind } from './time.js';

describe('a timestamp', () => {
  test.each([
    [0, '1970-01-01T00:00:00Z'],
    [100_000_000, '1970-01-01T00:00:00.100Z'],
    [120_000_000, '1970-01-01T00:00:00.120Z'],
    [1_000, '1970-01-01T00:00:00.000001Z'],
    [1, '1970-01-01T00:00:00.000000001Z'],
    [999_999_999, '1970-01-01T00:00:00.999999999Z'],
  ])('with %d ns is %s', (nanos, text) => {
    expect(timestampKind.write({ seconds: 0, nanos })).toBe(`"${text}"`);
    expect(timestampKind.read(text)).toEqual({ seconds: 0, nanos });
  });

  test.each([
    ['0001-01-01T00:00:00Z', -62_135_596_800],
    ['9999-12-31T23:59:59Z', 253_402_300_799],
    ['1969-12-31T23:59:59Z', -1],
    ['0099-03-01T00:00:00Z', -59_037_897_600],
  ])('of %s is %d s', (text, seconds) => {
    expect(timestampKind.read(text)).toEqual({ seconds, nanos: 0 });
    expect(timestampKind.write({ seconds, nanos: 0 })).toBe(`"${text}"`);
  });

  test.each([
    ['2024-05-01T12:00:00+02:00', '2024-05-01T10:00:00Z'],
    ['2024-05-01T12:00:00.25-05:30', '2024-05-01T17:30:00.250Z'],
    ['2024-02-29T00:00:00+00:00', '2024-02-29T00:00:00Z'],
  ])('of %s is %s', (text, utc) => {
    expect(timestampKind.write(timestampKind.read(text))).toBe(`"${utc}"`);
  });

  test.each([
    ...['', 'now', '2024-05-01', '2024-05-01T12:00:00', '2024-05-01 12:00:00Z', '2024-05-01t12:00:00z'],
    ...['2024-13-01T00:00:00Z', '2024-00-01T00:00:00Z', '2024-01-32T00:00:00Z', '2024-01-01T24:00:00Z'],
    ...['2024-01-01T00:60:00Z', '2024-01-01T00:00:60Z', '2024-01-01T00:00:00.Z', '2024-01-01T00:00:00.0123456789Z'],
    ...['2024-01-01T00:00:00+24:00', '2024-01-01T00:00:00+0100', '12024-01-01T00:00:00Z', '2024-01-01T00:00:00Z\n'],
  ])('%j is refused', (text) => {
    expect(() => timestampKind.read(text)).toThrow('must be a time, as in "2024-05-01T12:00:00Z"');
  });

  test('a day that the month does not have is refused', () => {
    for (const day of ['2024-02-30', '2023-02-29', '2024-04-31']) {
      expect(() => timestampKind.read(`${day}T00:00:00Z`)).toThrow('there is no such day');
    }
  });

  test('a time outside the years 1 to 9999 is refused, also by its offset', () => {
    for (const text of ['0000-12-31T23:59:59Z', '0001-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01']) {
      expect(() => timestampKind.read(text)).toThrow('must be a time of the years 1 to 9999');
    }
  });

  test('a number is refused', () => {
    expect(() => timestampKind.read(1_714_564_800)).toThrow('must be a time');
  });
});

describe('a duration', () => {
  test.each([
    [0, 0, '0s'],
    [1, 0, '1s'],
    [1, 500_000_000, '1.500s'],
    [0, 1_000, '0.000001s'],
    [0, -500_000_000, '-0.500s'],
    [-3, -1, '-3.000000001s'],
    [315_576_000_000, 0, '315576000000s'],
  ])('of %d s and %d ns is %s', (seconds, nanos, text) => {
    expect(durationKind.write({ seconds, nanos })).toBe(`"${text}"`);
    expect(durationKind.read(text)).toEqual({ seconds, nanos });
  });

  test('may have any number of digits up to nine', () => {
    expect(durationKind.read('1.5s')).toEqual({ seconds: 1, nanos: 500_000_000 });
    expect(durationKind.read('-0s')).toEqual({ seconds: 0, nanos: 0 });
  });

  test.each(['', '5', 's', '5m', '1h', '1.s', '.5s', '1.0123456789s', '+1s', '1e3s', ' 1s', '1s ', '--1s'])(
    '%j is refused',
    (text) => expect(() => durationKind.read(text)).toThrow('must be a duration, as in "1.5s"'),
  );

  test('over 10,000 years is refused', () => {
    expect(() => durationKind.read('315576000001s')).toThrow('must be a duration within 10,000 years');
    expect(() => durationKind.write({ seconds: -315_576_000_001, nanos: 0 })).toThrow('within 10,000 years');
  });

  test('of two signs is not written', () => {
    expect(() => durationKind.write({ seconds: 1, nanos: -1 })).toThrow('not a duration');
  });

  test('a number is refused', () => {
    expect(() => durationKind.read(5)).toThrow('must be a duration');
  });
});
