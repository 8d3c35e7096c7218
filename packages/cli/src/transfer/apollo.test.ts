import { expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();

const exported = String.raw`# of the portal
! also a comment
timeout = 2000
spring.application.name: pet\u0020clinic
path=C:\\data\tx
long = one, \
       two
empty
nothing=null
name=日本\u00e9 = x
`;

it('cfg import --format apollo reads Java properties', async () => {
  const { cfg, objects, file } = await workplace();
  expect(await cfg('import', file('application.properties', exported), '--format', 'apollo')).toEqual({
    code: 0,
    stdout: '7 keys imported into production\n',
    stderr: '',
  });
  expect((await objects('list')).map(({ key, value }) => [key, value])).toEqual([
    ['empty', ''],
    ['long', 'one, two'],
    ['name', '日本é = x'],
    ['nothing', 'null'],
    ['path', 'C:\\data\tx'],
    ['spring.application.name', 'pet clinic'],
    ['timeout', 2000],
  ]);
});

it('cfg import --format apollo lists the names that cannot be keys', async () => {
  const { cfg, file } = await workplace();
  const result = await cfg('import', file('a.properties', 'a\\ b=1\n'), '--format', 'apollo');
  expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('; --map: a_b\n') });
});

it.each([
  ['a=\\u12', 'malformed escaped unicode'],
  ['a=\\ud800', 'apollo: a: has half a character'],
  ['a=1\na=2', 'a and a would both be a'],
  [Buffer.from([0x61, 0x3d, 0xff]), 'not text in UTF-8'],
])('cfg import --format apollo refuses %j', async (content, message) => {
  const { cfg, file, store } = await workplace();
  const result = await cfg('import', file('a.properties', content), '--format', 'apollo');
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  expect((await store.find('production')).entries).toEqual([]);
});
