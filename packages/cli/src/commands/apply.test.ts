import { describe, expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();

describe('cfg apply', () => {
  it('shows the plan, applies it, and then has nothing to do', async () => {
    const { prints, cfg, file, home } = await workplace();
    file('config/production/app.yaml', 'app/timeout: 30\napp/tags: [a, b]\n');
    file('config/production/db/pool.json', '{"size": 10, "id": 9007199254740993}');
    file('config/staging/.env', 'NAME="pet clinic"\n');
    await prints('set', 'app/timeout', '20');
    await prints('set', 'app/old', '1');
    const args = ['apply', '-f', `${home}/config`];

    const plan =
      '~ production/app/timeout = 20 → 30\n+ production/db/id = 9007199254740993\n+ production/db/size = 10\n';
    const planned = await cfg(...args, '--plan', '--prune', '--exit-code');
    expect(planned).toEqual({
      code: 5,
      stdout: `- production/app/old = 1\n+ production/app/tags = ["a","b"]\n${plan}+ staging/NAME = pet clinic\n`,
      stderr: 'would be: 4 added, 1 changed, 1 deleted\n',
    });
    expect(await prints('list', '--keys')).toBe('app/old\napp/timeout\n');

    expect((await cfg(...args)).stderr).toBe('4 added, 1 changed, 0 deleted\n');
    expect(await prints('get', 'app/old')).toBe('1\n');
    expect((await cfg(...args, '--prune')).stderr).toBe('0 added, 0 changed, 1 deleted\n');
    expect(await cfg(...args, '--plan', '--prune', '--exit-code')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'nothing to do\n',
    });
    expect(await prints('get', 'NAME', '-n', 'staging')).toBe('pet clinic\n');
    expect(await prints('get', 'db/id')).toBe('9007199254740993\n');
  });

  it('is one batch for a namespace', async () => {
    const { prints, objects, file } = await workplace();
    const from = file('all.yaml', 'a: 1\nb: 2\nc: 3\n');
    await prints('apply', '-f', from, '--comment', 'from git');
    const entries = await objects('list');
    expect(entries.map(({ key, revision, comment }) => [key, revision, comment])).toEqual([
      ['a', 1, 'from git'],
      ['b', 2, 'from git'],
      ['c', 3, 'from git'],
    ]);
  });

  it('takes more changes than a batch has', async () => {
    const { cfg, file, store } = await workplace();
    const from = file('all.yaml', Array.from({ length: 1_500 }, (_, i) => `k${i}: ${i}\n`).join(''));
    expect((await cfg('apply', '-f', from)).stderr).toBe('1500 added, 0 changed, 0 deleted\n');
    expect((await store.find('production')).entries).toHaveLength(1_500);
  });

  it('leaves alone what has the same data, however it is written', async () => {
    const { prints, cfg, file } = await workplace();
    await prints('set', 'a', '{ "x": 1, "y": [2] }');
    await prints('set', 'b', '--codec', 'yaml', 'x: 1 # one');
    const from = file('all.json', '{"a": {"y": [2], "x": 1}, "b": {"x": 1}}');
    expect((await cfg('apply', '-f', from)).stderr).toBe('nothing to do\n');
  });

  it('keeps a secret one, and hides it', async () => {
    const { prints, cfg, file } = await workplace();
    await prints('set', 'pw', 'old-word', '--codec', 'secret');
    const from = file('all.env', 'pw=new-word\n');
    const { stdout } = await cfg('apply', '-f', from, '--json');
    expect(JSON.parse(stdout)).toEqual({
      namespace: 'production',
      key: 'pw',
      action: 'change',
      before: '******',
      after: '******',
    });
    expect(await prints('get', 'pw')).toBe('******\n');
    expect(await prints('get', 'pw', '--reveal')).toBe('new-word\n');
    expect((await cfg('apply', '-f', from)).stderr).toBe('nothing to do\n');
    expect(await cfg('apply', '-f', file('b.yaml', 'pw: 5\n'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pw is a secret'),
    });
  });

  it.each([
    ['production/a.yaml', 'a: [', 'not valid yaml'],
    ['production/a.json', '[]', 'must have an object'],
    ['production/a.yaml', 'a:\n', 'a is null'],
    ['production/a.yaml', 'a b: 1', 'invalid key: a b'],
    ['production/a.yaml', '--- {a: 1}\n--- {a: 2}\n', 'several documents'],
    ['production/a.yaml', 'a: .nan', 'invalid value'],
    ['production/a.txt', 'a', 'is not a .yaml'],
    ['production/b/c.yaml', 'z: 1', 'b/z is also in'],
    ['_x/a.yaml', 'a: 1', 'invalid namespace: _x'],
    ['a.yaml', 'a: 1', 'belongs into the folder of a namespace'],
  ])('refuses %s with %j, and writes nothing', async (name, content, message) => {
    const { cfg, file, home, store } = await workplace();
    file('config/production/0.yaml', 'b/z: 1\n');
    const path = file(`config/${name}`, content);
    const { code, stderr } = await cfg('apply', '-f', `${home}/config`);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect(stderr).toContain(path.startsWith(`${home}/config/_x`) ? '_x' : path);
    expect((await store.find('production')).entries).toEqual([]);
  });

  it('writes nothing of a namespace where a key has changed since the plan', async () => {
    const { cfg, file, store } = await workplace({ betweenReadAndWrite: (it) => it.set('production', 'b', one) });
    const from = file('all.yaml', 'a: 1\nb: 2\n');
    expect(await cfg('apply', '-f', from)).toMatchObject({ code: 4, stdout: '' });
    expect((await store.find('production')).entries.map(({ key }) => key)).toEqual(['b']);
  });
});

const one = { bytes: Buffer.from('1'), codec: 'json', type: 'int' } as const;
