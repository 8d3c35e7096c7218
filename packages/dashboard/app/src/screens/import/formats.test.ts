import { describe, expect, it } from 'vitest';
import { fromText } from '../../api/bytes.ts';
import { readEntry } from '../../api/entry.ts';
import type { Entry } from '../../api/types.ts';
import { quoted, variableOf } from './export-text.ts';
import { formatOf, mappedName, readEnv, readItems, split } from './formats.ts';
import { planImport } from './plan.ts';

const t = (name: string): string => name;

describe('formatOf', () => {
  it.each([
    ['DB_HOST=x', 'env'],
    ['# comment\nexport A="1"\n', 'env'],
    ['{"a": 1}', 'json'],
    ['{"key":"a","codec":"json","text":"1"}\n', 'ndjson'],
    ['a: 1\nb:\n  c: 2\n', 'yaml'],
    ['[server]\nport = 1\n', 'toml'],
    ['port = 1\n', 'toml'],
    ['', 'yaml'],
  ])('%j is %s', (text, format) => {
    expect(formatOf(text)).toBe(format);
  });
});

describe('readEnv', () => {
  it('reads what .env files have', () => {
    const text =
      '# c\nA=1\nexport B="two # not"\nC=\'x\ny\'\r\nD=`"\'`\nE=a b # c\nF=\nG="a\\nb"\nA=last\nnot a line\nH.i-j=x=y\n';
    expect(readEnv(text)).toEqual([
      { name: 'A', data: 'last' },
      { name: 'B', data: 'two # not' },
      { name: 'C', data: 'x\ny' },
      { name: 'D', data: '"\'' },
      { name: 'E', data: 'a b' },
      { name: 'F', data: '' },
      { name: 'G', data: 'a\nb' },
      { name: 'H.i-j', data: 'x=y' },
    ]);
  });

  it('reads back what is written', () => {
    for (const value of ['', 'plain', 'a b', "it's", 'a"b', 'a\nb', 'a\\nb', '#', '$x', ' x ', '="`']) {
      const written = quoted(value);
      if (written !== undefined) expect(readEnv(`A=${written}`)).toEqual([{ name: 'A', data: value }]);
    }
    expect(quoted('\'"`')).toBeUndefined();
    expect(variableOf('1app/db.pool-size')).toBe('_1APP_DB_POOL_SIZE');
  });
});

describe('readItems', () => {
  it('reads lines as they are, and says which one is wrong', async () => {
    const good = '{"key":"a","codec":"raw","base64":"/w=="}\n\n{"key":"b","codec":"json","text":"1"}\n';
    expect(await readItems('ndjson', good)).toEqual({
      items: [
        { name: 'a', codec: 'raw', bytes: new Uint8Array([255]) },
        { name: 'b', codec: 'json', bytes: fromText('1') },
      ],
    });
    expect(await readItems('ndjson', '{"key":"a","codec":"json","text":"1"}\n{"key":1}')).toEqual({ fault: '(2)' });
  });
});

describe('planImport', () => {
  const present = new Map<string, Entry>(
    (
      [
        ['app/a', '1', 'json'],
        ['app/b', '{"x":1,"y":2}', 'json'],
        ['app/gone', '1', 'json'],
        ['app/pass', 'old', 'secret'],
        ['other', '1', 'json'],
      ] as const
    ).map(([key, text, codec]) => [key, { ...readEntry({ key, codec, version: '1' }), value: fromText(text) }]),
  );
  const options = { prefix: 'app/', splits: false, maps: false, prunes: false };

  it('writes what is new or different, and no more', () => {
    const items = [
      { name: 'a', data: 2 },
      { name: 'b', data: { y: 2, x: 1 } },
      { name: 'c', data: 'new' },
      { name: 'pass', data: 'new' },
      { name: 'no t', data: 1 },
      { name: 'nothing', data: null },
      { name: 'c', data: 'again' },
    ];
    const plan = planImport(items, present, options, t);
    expect(
      plan.changes.map(({ key, next }) => [key, next?.codec, next && new TextDecoder().decode(next.value)]),
    ).toEqual([
      ['app/a', 'json', '2'],
      ['app/c', 'json', '"new"'],
      ['app/pass', 'secret', 'new'],
    ]);
    expect(plan.unchanged).toBe(1);
    expect(plan.refused.map(({ name, why }) => [name, why])).toEqual([
      ['no t', 'keyCharacter'],
      ['nothing', 'importNull'],
      ['c', 'importTwice'],
    ]);
  });

  it('deletes what is left below the prefix only, where it is told to', () => {
    const plan = planImport([{ name: 'a', data: 1 }], present, { ...options, prunes: true }, t);
    expect(plan.changes.map(({ key, next }) => [key, next])).toEqual([
      ['app/b', undefined],
      ['app/gone', undefined],
      ['app/pass', undefined],
    ]);
  });

  it('makes keys of objects, and of names that are none', () => {
    expect(split([{ name: 'db', data: { host: 'x', pool: { max: 1 }, none: {} } }])).toEqual([
      { name: 'db/host', data: 'x' },
      { name: 'db/pool/max', data: 1 },
      { name: 'db/none', data: {} },
    ]);
    expect(mappedName('/web//my port/../x')).toBe('web/my_port/_/x');
    const plan = planImport([{ name: 'my port', data: 1 }], present, { ...options, maps: true }, t);
    expect(plan.mapped).toEqual([{ name: 'app/my port', key: 'app/my_port' }]);
  });
});
