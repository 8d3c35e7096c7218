import { expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();

const application = `
server:
  port: 8080
  hosts: [a, b]
logging.level.root: info
empty:
---
spring.config.activate.on-profile: dev, test
server.port: 0
---
spring:
  profiles: prod
server:
  port: 80
`;

it('cfg import --format spring makes each profile a namespace, and later values override earlier ones', async () => {
  const { cfg, objects, file } = await workplace();
  file('config/application.yml', application);
  file('config/application-prod.yaml', 'server.port: 443\nurl: "#{server.hosts}"\n');
  file('config/README.md', '');
  const folder = file('config/payments.yml', 'a: 1').replace(/\/[^/]*$/, '');
  expect(await cfg('import', folder, '--format', 'spring', '-n', 'shop', '--comment', 'from Spring')).toEqual({
    code: 0,
    stdout: [
      '4 keys imported into shop\n',
      '1 key imported into shop-dev\n',
      '1 key imported into shop-test\n',
      '2 keys imported into shop-prod\n',
    ].join(''),
    stderr: 'left out: README.md, payments.yml\n',
  });
  const of = async (namespace: string): Promise<unknown> =>
    Object.fromEntries((await objects('list', '-n', namespace)).map(({ key, value }) => [key, value]));
  expect(await of('shop')).toEqual({
    'server/port': 8080,
    'server/hosts': ['a', 'b'],
    'logging/level/root': 'info',
    empty: '',
  });
  expect(await of('shop-dev')).toEqual({ 'server/port': 0 });
  expect(await of('shop-test')).toEqual({ 'server/port': 0 });
  expect(await of('shop-prod')).toEqual({ 'server/port': 443, url: '#{server.hosts}' });
});

it('cfg import --format spring names namespaces by a template, and says each with --json', async () => {
  const { objects, file } = await workplace();
  const path = file('application.yml', application);
  const template = ['--namespace-template', '{profile}:{namespace}', '--dry-run'];
  expect(await objects('import', path, '--format', 'spring', ...template)).toEqual([
    { namespace: 'production', imported: 4, dryRun: true },
    { namespace: 'dev:production', imported: 1, dryRun: true },
    { namespace: 'test:production', imported: 1, dryRun: true },
    { namespace: 'prod:production', imported: 1, dryRun: true },
  ]);
});

it('cfg import --format spring lists the names that cannot be keys', async () => {
  const { cfg, prints, file } = await workplace();
  const path = file('application.yml', 'routes:\n  "[/api/v1.0]": x\n');
  const refused = await cfg('import', path, '--format', 'spring');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('; --map: routes_/api/v1.0_\n') });
  expect(await prints('import', path, '--format', 'spring', '--map')).toBe('1 key imported into production\n');
});

it.each([
  ['a: [', [], 'application.yml: '],
  ['- a', [], 'application.yml, document 1: must have an object'],
  [
    'a: 1\n---\nspring.config.activate.on-profile: "!prod"\n',
    [],
    'document 2: spring.config.activate.on-profile is "!prod"',
  ],
  ['spring.config.activate.on-profile: eu west', [], 'profile eu west: invalid namespace: production-eu west'],
  ['spring.config.activate.on-cloud-platform: kubernetes', [], 'on-cloud-platform cannot be said by a namespace'],
  ['a.b: 1\na/b: 2', [], 'a/b and a/b would both be a/b'],
  ['a: 1', ['--namespace-template', 'x'], 'has no {profile}'],
])('cfg import --format spring refuses %j %j', async (content, flags, message) => {
  const { cfg, file, store } = await workplace();
  const result = await cfg('import', file('application.yml', content), '--format', 'spring', ...flags);
  expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  expect((await store.find('production')).entries).toEqual([]);
});

it('cfg import --format spring refuses a condition in the file of a profile, and a folder without Spring files', async () => {
  const { cfg, file, home } = await workplace();
  const path = file('x/application-prod.yml', 'spring.config.activate.on-profile: eu');
  const refused = await cfg('import', path, '--format', 'spring');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('in a file of the profile prod') });
  const none = await cfg('import', home, '--format', 'spring');
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('has no application.yml') });
});
