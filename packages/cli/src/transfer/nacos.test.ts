import { type Zippable, zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** An archive of these files. */
const zip = (files: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, bytes(text)])) as Zippable),
  );

const metadata = `metadata:
- {appName: shop, dataId: pool, desc: '', group: SHOP, type: yaml}
- {dataId: notes.json, group: SHOP, type: text}
`;

it('cfg import --format nacos makes each file a key, byte for byte', async () => {
  const { cfg, prints, objects, file } = await workplace();
  const archive = zip({
    '.metadata.yml': metadata,
    'SHOP/pool': 'size: 5 # small\n',
    'SHOP/notes.json': '{"not": "read"',
    'DEFAULT_GROUP/limits.json': '{ "max": 1.0 }',
    'DEFAULT_GROUP/app.properties': 'a=1\n',
  });
  expect(await cfg('import', file('nacos.zip', archive), '--format', 'nacos')).toEqual({
    code: 0,
    stdout: '4 keys imported into production\n',
    stderr: '',
  });
  expect((await objects('list')).map(({ key, codec, value }) => [key, codec, value])).toEqual([
    ['DEFAULT_GROUP/app.properties', 'json', 'a=1\n'],
    ['DEFAULT_GROUP/limits.json', 'json', { max: 1 }],
    ['SHOP/notes.json', 'json', '{"not": "read"'],
    ['SHOP/pool', 'yaml', { size: 5 }],
  ]);
  expect(await prints('get', 'SHOP/pool', '--raw')).toBe('size: 5 # small\n');
});

it('cfg import --format nacos lists the names that cannot be keys, also of Nacos 1', async () => {
  const { cfg, prints, file } = await workplace();
  const path = file('nacos.zip', zip({ '.meta.yml': 'A.b~yml.app=shop\n', 'A/b:c.yml': 'x: 1' }));
  const refused = await cfg('import', path, '--format', 'nacos');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('; --map: A/b_c.yml\n') });
  expect(await prints('import', path, '--format', 'nacos', '--map')).toBe('1 key imported into production\n');
});

it.each([
  ['what is no archive', Buffer.from('a: 1'), 'cannot read the archive'],
  ['an archive that is cut off', zip({ 'A/b': 'x' }).subarray(0, 40), 'cannot read the archive'],
  ['a name that leads out', zip({ '../../etc/passwd': 'x' }), 'invalid relative path'],
  ['an absolute name', zip({ '/etc/passwd': 'x' }), 'absolute path'],
  ['a backslash', zip({ 'A\\b': 'x' }), 'invalid characters in fileName'],
  ['a file without a group', zip({ b: 'x' }), 'b: is not GROUP/dataId'],
  ['folders in a group', zip({ 'A/b/c': 'x' }), 'A/b/c: is not GROUP/dataId'],
  ['YAML that is none', zip({ 'A/b.yaml': 'a: [' }), 'A/b.yaml: '],
  ['what is not text', Buffer.from(zipSync({ 'A/b': new Uint8Array([0xff]) })), 'A/b: the value is not text in UTF-8'],
  ['metadata that is none', zip({ '.metadata.yml': '[]', 'A/b': 'x' }), '.metadata.yml: has no list of metadata'],
  ['a bomb', zip({ 'A/b': 'x'.repeat(65 * 1024 * 1024) }), 'more than 67108864 bytes when it is unpacked'],
])('cfg import --format nacos refuses %s', async (_, archive, message) => {
  const { cfg, file, store } = await workplace();
  const result = await cfg('import', file('nacos.zip', archive), '--format', 'nacos');
  expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  expect((await store.find('production')).entries).toEqual([]);
});

it('cfg import --format nacos refuses a file whose checksum is wrong', async () => {
  const { cfg, file } = await workplace();
  const archive = Buffer.from(zipSync({ 'A/b': [bytes('hello'), { level: 0 }] }));
  archive.write('jello', archive.indexOf('hello'));
  const result = await cfg('import', file('nacos.zip', archive), '--format', 'nacos');
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('A/b is damaged: its checksum is wrong') });
});

it('cfg import --format nacos refuses a file that is longer than it says', async () => {
  const { cfg, file } = await workplace();
  const archive = zip({ 'A/b': 'x'.repeat(1_000) });
  // Uncompressed size, in the central directory: 24 bytes after its signature.
  archive.writeUInt32LE(10, archive.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
  const result = await cfg('import', file('nacos.zip', archive), '--format', 'nacos');
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot read the archive: too many bytes') });
});
