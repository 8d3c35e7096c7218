import { expect, test } from 'vitest';
import { de } from './de/index.ts';
import { en } from './en/index.ts';
import { type Text, translate } from './translate.ts';

const formsOf = (text: Text): string[] => (typeof text === 'string' ? [text] : [text.one, text.other]);
const parameters = (text: Text): string[] =>
  [...new Set(formsOf(text).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')))].sort();

test('German says everything that English says, with the same parameters', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  for (const [name, text] of Object.entries(en))
    expect([name, parameters(de[name as keyof typeof en])]).toEqual([name, parameters(text)]);
});

test('no text is empty or has markup', () => {
  for (const text of [...Object.values<Text>(en), ...Object.values(de)]) {
    for (const form of formsOf(text)) expect(form).toMatch(/^[^<>]+$/);
  }
});

test('numbers and plurals go by the language, and what is filled in is taken as it is', () => {
  expect(translate(en, 'en-GB', 'keyCount', { count: 1 })).toBe('1 key');
  expect(translate(en, 'en-GB', 'keyCount', { count: 12_345 })).toBe('12,345 keys');
  expect(translate(de, 'de-DE', 'keyCount', { count: 12_345 })).toBe('12.345 Schlüssel');
  expect(translate(en, 'en', 'keysOf', { namespace: '{namespace} $& <b>' })).toBe('Keys of {namespace} $& <b>');
});
