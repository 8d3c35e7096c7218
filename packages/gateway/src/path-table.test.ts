import { describe, expect, it } from 'vitest';
import { PathTable } from './path-table.js';

const table = new PathTable<string>(['key']);
for (const template of ['/v1/a', '/v1/a/{ns}', '/v1/a/{ns}/k', '/v1/a/{ns}/k/{key}', '/v1/a/{ns}/k/{key}/versions']) {
  table.at(template, () => template);
}

const find = (path: string) => {
  const match = table.find(path);
  return match && [match.value, ...match.variables.map(({ name, raw }) => `${name}=${raw}`)];
};

describe('PathTable', () => {
  it.each([
    ['/v1/a', '/v1/a'],
    ['/v1/a/x', '/v1/a/{ns}', 'ns=x'],
    ['/v1/a/x%2Fy', '/v1/a/{ns}', 'ns=x%2Fy'],
    ['/v1/a/x/k', '/v1/a/{ns}/k', 'ns=x'],
    ['/v1/a/x/k/b', '/v1/a/{ns}/k/{key}', 'ns=x', 'key=b'],
    ['/v1/a/x/k/b/c', '/v1/a/{ns}/k/{key}', 'ns=x', 'key=b/c'],
    ['/v1/a/x/k/b/versions', '/v1/a/{ns}/k/{key}/versions', 'ns=x', 'key=b'],
    ['/v1/a/x/k/b/c/versions', '/v1/a/{ns}/k/{key}/versions', 'ns=x', 'key=b/c'],
    ['/v1/a/x/k/b%2Fversions', '/v1/a/{ns}/k/{key}', 'ns=x', 'key=b%2Fversions'],
    ['/v1/a/x/k/b/%76ersions', '/v1/a/{ns}/k/{key}', 'ns=x', 'key=b/%76ersions'],
    ['/v1/a/x/k/b/versions/c', '/v1/a/{ns}/k/{key}', 'ns=x', 'key=b/versions/c'],
    ['/v1/a/x/k/versions', '/v1/a/{ns}/k/{key}', 'ns=x', 'key=versions'],
    ['/v1/a/x/k//versions', '/v1/a/{ns}/k/{key}', 'ns=x', 'key=/versions'],
    ['/v1/a/x/k//b', '/v1/a/{ns}/k/{key}', 'ns=x', 'key=/b'],
    ['/v1/a/k/k/k', '/v1/a/{ns}/k/{key}', 'ns=k', 'key=k'],
  ])('matches %s', (path, ...expected) => {
    expect(find(path)).toEqual(expected);
  });

  it.each([
    '',
    '/',
    'v1/a',
    '/v1',
    '/v1/a/',
    '/v1/a//k',
    '/v1/a/x/',
    '/v1/a/x/k/',
    '/v1/a/x/k/b/',
    '/v1/a/x/nope',
    '/v2/a',
    '//v1/a',
  ])('does not match %j', (path) => {
    expect(find(path)).toBeUndefined();
  });

  it('makes one value for a template', () => {
    const values = new PathTable<object>(['key']);
    const first = values.at('/a/{x}/{key}/versions', () => ({}));
    expect(values.at('/a/{x}/{key}/versions', () => ({}))).toBe(first);
  });
});
