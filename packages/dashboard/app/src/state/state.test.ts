import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Draft, isDirty } from './drafts.ts';
import { addressOf, keysPlace, type Place, placeOf } from './place.ts';
import { readSettings, type Settings } from './settings.ts';

const base = '/dashboard/';
const read = (address: string): Place => placeOf(new URL(address, 'http://host'), base);

test.each([
  ['', 'home'],
  ['matrix?ns=a%2Cb', 'matrix'],
  ['ns/shop:prod', 'keys'],
  ['ns/shop:prod/history?rev=3', 'history'],
  ['nonsense', 'unknown'],
  ['ns/a/nonsense', 'unknown'],
  ['ns/%zz/keys', 'keys'],
])('%s is the screen %s', (path, screen) => {
  expect(read(base + path).screen).toBe(screen);
});

test('an address is read back as the place it was made of, whatever is in it', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((each) => each.isWellFormed());
  const key = text.map((each) => each.replaceAll('/', '-'));
  const keys = fc.array(key, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const parameters = fc.record({ q: text, v1: text, tab: fc.constant('history') }, { requiredKeys: [] });
  fc.assert(
    fc.property(
      key.filter((each) => !/^\.{1,2}$/.test(each)),
      keys.filter((each) => !/(^|\/)\.{1,2}($|\/)/.test(each)),
      parameters,
      (namespace, name, given) => {
        const place = keysPlace(namespace, name, given);
        expect(read(addressOf(place, base))).toEqual(place);
      },
    ),
    { seed: 2, numRuns: 300 },
  );
});

const otherwise: Settings = {
  theme: 'system',
  language: 'en',
  utc: false,
  view: 'tree',
  listWidth: 380,
  favourites: [],
  recents: [],
};

test.each([
  ['nonsense'],
  ['null'],
  ['[]'],
  ['{"theme":"pink","listWidth":"wide","favourites":"all","recents":[1,{}]}'],
  ['{"listWidth":null}'],
])('settings of anybody, %s, do no harm', (text) => expect(readSettings(text, otherwise)).toEqual(otherwise));

test('settings are read back', () => {
  const kept: Settings = { ...otherwise, theme: 'dark', utc: true, favourites: ['a'], listWidth: 500 };
  expect(readSettings(JSON.stringify(kept), otherwise)).toEqual(kept);
});

test('a draft is dirty when it would write something', () => {
  const draft: Draft = {
    namespace: 'a',
    key: 'b',
    kind: 'set',
    text: '1',
    codec: 'json',
    base: { version: 1, text: '1', codec: 'json' },
    comment: 'said but not done',
    ttlMs: undefined,
    staged: false,
    secret: false,
    changedAt: 0,
  };
  expect(isDirty(draft)).toBe(false);
  expect(isDirty({ ...draft, text: '2' })).toBe(true);
  expect(isDirty({ ...draft, codec: 'yaml' })).toBe(true);
  expect(isDirty({ ...draft, kind: 'delete' })).toBe(true);
  expect(isDirty({ ...draft, base: { ...draft.base, version: 0 } })).toBe(true);
  expect(isDirty({ ...draft, ttlMs: 0 })).toBe(true);
});
