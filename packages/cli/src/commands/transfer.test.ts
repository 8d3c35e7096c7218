import { allowAll } from '@cfg/service';
import { expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();

const base64 = (text: string): string => Buffer.from(text).toString('base64');

it('cfg export and import lose nothing by way of NDJSON', async () => {
  const { prints, cfg, file, store } = await workplace();
  await prints('set', 'a', '{ "x": 9007199254740993 }');
  await prints('set', 'b', '--codec', 'yaml', 'x: 1 # one');
  await prints('set', 'pw', '--codec', 'secret', 'hunter2');
  await store.set('production', 'raw', { bytes: Buffer.from([0xff, 0]), codec: 'packed', type: 'custom' });

  const guarded = await cfg('export');
  expect(guarded).toMatchObject({ code: 0, stderr: 'left out: 1 secret value; --reveal exports them\n' });
  expect(guarded.stdout).not.toContain('pw');

  const exported = await prints('export', '--reveal');
  await prints('import', file('all.ndjson', exported), '-n', 'copy');
  const of = async (namespace: string): Promise<unknown[]> =>
    (await store.find(namespace)).entries.map(({ key, codec, type, bytes }) => [key, codec, type, [...bytes]]);
  expect(await of('copy')).toEqual(await of('production'));
});

it('cfg hides what the server says is secret, and exports no mask of what it does not show', async () => {
  let mayReveal = true;
  let reveals = 0;
  const authorize = (_: unknown, action: string): { allowed: boolean } => {
    if (action === 'reveal') reveals += 1;
    return { allowed: action !== 'reveal' || mayReveal };
  };
  const guard = { ...allowAll(), authorize };
  const { prints, cfg } = await workplace({ guard, secrets: ['production/db/'] });
  await prints('set', 'db/pw', '"hunter2"');
  await prints('set', 'open', '1');
  expect(await prints('get', 'db/pw')).toBe('******\n');
  // Values that are not shown were not asked for.
  expect(reveals).toBe(0);
  expect(await prints('get', 'db/pw', '--reveal')).toBe('hunter2\n');
  expect((await cfg('get', 'db/pw', '--raw')).stderr).toContain('--raw needs --reveal');
  expect(await prints('list')).not.toContain('hunter2');
  expect((await cfg('export')).stderr).toBe('left out: 1 secret value; --reveal exports them\n');
  expect(await prints('export', '--reveal')).toContain('hunter2');
  mayReveal = false;
  expect(await cfg('get', 'db/pw', '--reveal')).toMatchObject({
    stdout: '',
    stderr: expect.stringContaining('denied'),
  });
  const masked = await cfg('export', '--reveal');
  expect(masked.stderr).toBe('left out: 1 secret value that you may not reveal\n');
  expect(masked.stdout).toBe('{"key":"open","codec":"json","text":"1"}\n');
  expect(await prints('list', '--reveal')).toContain('******');
});

it('cfg export writes YAML that cfg apply has nothing to do for', async () => {
  const { prints, cfg, file } = await workplace();
  await prints('set', 'app/a', '{"x": [1, "two"]}');
  await prints('set', 'app/b', '"a: b\\n# c"');
  const exported = await prints('export', '--format', 'yaml');
  expect((await cfg('apply', '-f', file('all.yaml', exported), '--prune')).stderr).toBe('nothing to do\n');
});

it('cfg export is of one moment, over many pages', async () => {
  const { prints, store } = await workplace();
  const value = { bytes: Buffer.from('1'), codec: 'json', type: 'int' } as const;
  for (let i = 0; i < 1_100; i += 1) await store.set('production', `k${i}`, value);
  expect((await prints('export')).split('\n')).toHaveLength(1_101);
});

const consul = [
  { key: 'app/', flags: 0, value: '' },
  { key: 'app/timeout', flags: 0, value: base64('1.10') },
  { key: 'app/my name', flags: 0, value: base64('pet clinic') },
];

it('cfg import lists what cannot be a key, with the name that --map gives, and then writes nothing', async () => {
  const { prints, cfg, file, store } = await workplace();
  const path = file('consul.json', JSON.stringify(consul));
  const refused = await cfg('import', path, '--format', 'consul');
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(
    /^invalid key: app\/ - .*; --map: app\ninvalid key: app\/my name - .*; --map: app\/my_name\n/,
  );
  expect((await store.find('production')).entries).toEqual([]);

  const mapped = await cfg('import', path, '--format', 'consul', '--map');
  expect(mapped).toEqual({
    code: 0,
    stdout: '3 keys imported into production\n',
    stderr: 'app/ → app\napp/my name → app/my_name\n',
  });
  expect(await prints('get', 'app/timeout', '--raw')).toBe('1.10');
  expect(await prints('get', 'app/my_name')).toBe('pet clinic\n');
});

it('cfg import reads what etcd writes', async () => {
  const { prints, file } = await workplace();
  const kvs = [
    { key: base64('app/a'), create_revision: 5, mod_revision: 5, version: 1, value: base64('{"b": 1}') },
    { key: base64('app/empty'), create_revision: 6, mod_revision: 6, version: 1 },
  ];
  const path = file('etcd.json', JSON.stringify({ header: { revision: 7 }, kvs, count: 2 }));
  await prints('import', path, '--format', 'etcd');
  expect(await prints('export')).toBe(
    '{"key":"app/a","codec":"json","text":"{\\"b\\": 1}"}\n{"key":"app/empty","codec":"json","text":"\\"\\""}\n',
  );
});

it('cfg import reads .env and YAML from stdin, and only checks in a dry run', async () => {
  const { start, prints, objects } = await workplace();
  expect(await start(['import', '-', '--format', 'env'], 'A="x y"\nB=2\n').exited).toBe(0);
  expect((await objects('list')).map(({ key, value }) => [key, value])).toEqual([
    ['A', 'x y'],
    ['B', '2'],
  ]);
  const dry = await start(['import', '-', '--format', 'yaml', '--dry-run'], 'c: 1\n').result();
  expect(dry.stdout).toBe('1 key would be imported into production\n');
  expect(await prints('list', '--keys')).toBe('A\nB\n');
});

it.each([
  ['a.txt', '', 'of which format'],
  ['a.ndjson', '{"key":"a"}\n', 'line 1: has no key and codec'],
  ['a.ndjson', '{"key":"a","codec":"json","text":"1"}\n{', 'line 2: is not JSON'],
  ['a.ndjson', '{"key":"a","codec":"json","text":"{"}', 'line 1: invalid value'],
  ['a.ndjson', '{"key":"a","codec":"json","text":"1"}\n{"key":"a","codec":"json","text":"2"}', 'would both be a'],
  ['a.yaml', '[1]', 'must have an object'],
])('cfg import refuses %s with %j', async (name, content, message) => {
  const { cfg, file, store } = await workplace();
  expect(await cfg('import', file(name, content))).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  expect((await store.find('production')).entries).toEqual([]);
});

it.each([
  ['consul', '{}', 'is not what consul kv export writes'],
  ['consul', '[{"key": "a", "value": "*"}]', 'not base64'],
  ['consul', '[{"key": "a", "value": "/w=="}]', 'a: the value is not text in UTF-8'],
  ['etcd', '[]', 'is not what etcdctl get -w json writes'],
])('cfg import --format %s refuses %s', async (format, content, message) => {
  const { cfg, file } = await workplace();
  const result = await cfg('import', file('a.json', content), '--format', format);
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});
