import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hashToken } from '@cfg/service';
import { SqliteStore } from '@cfg/sqlite';
import { describe, expect, it } from 'vitest';
import { Program, runProgram } from '../test/program.js';
import { TempDir } from '../test/temp-dir.js';

const policy = `
roles:
  admin:
    - actions: ['*']
  shop:
    - actions: [read, list]
      namespaces: [shop-*]
      prefixes: [app/]
users:
  ann: [shop]
tokens:
  - user: root
    hash: HASH
    roles: [admin]
`;

describe('cfg-server hash-token', () => {
  it('makes a token and a hash that a policy takes, with which the token opens the doors', async () => {
    const { code, stdout } = await runProgram(['hash-token']);
    expect(code).toBe(0);
    const [, token = '', hash = ''] = /^token: (\S+)\nhash: {2}(\S+)\n$/.exec(stdout) ?? [];
    using dir = new TempDir();
    const file = dir.file('rbac.yaml', policy.replace('HASH', hash));
    const doors = ['--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0', '--guard', `rbac:${file}`];
    await using program = await Program.serving(doors);
    const url = await program.url('/v1/namespaces');
    expect((await fetch(url)).status).toBe(401);
    const wrong = await fetch(url, { headers: { authorization: `Bearer ${token}x` } });
    expect([wrong.status, await wrong.text()]).toEqual([401, '{"code":16,"message":"unknown token","details":[]}']);
    expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    expect(program.stdout).not.toContain(token);
  });

  it('refuses flags that it does not know', async () => {
    expect(await runProgram(['hash-token', '--token', 'x'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('cfg-server check-access', () => {
  it.each([
    [['--as', 'ann', 'read', 'shop-1', 'app/x'], 0, 'yes: ann may read shop-1/app/x, by role:shop[0]\n'],
    [['--as', 'ann', 'write', 'shop-1', 'app/x'], 1, 'no: ann may not write shop-1/app/x, with shop\n'],
    [['--as', 'ann', 'list', 'shop-1', 'app/*'], 0, 'yes: ann may list shop-1/app/*, by role:shop[0]\n'],
    [['--as', 'ann', 'list', 'shop-1'], 1, 'no: ann may not list shop-1/*, with shop\n'],
    [['--as', 'root', 'delete', 'x', 'y'], 0, 'yes: root may delete x/y, by role:admin[0]\n'],
    [['--as', 'eve', 'read', 'x', 'y'], 1, 'no: eve may not read x/y, without any role\n'],
    [['--role', 'shop', 'read', 'shop-1', 'app/x'], 0, 'yes: who has it may read shop-1/app/x, by role:shop[0]\n'],
  ])('answers %j', async (args, code, stdout) => {
    using dir = new TempDir();
    const file = dir.file('rbac.yaml', policy.replace('HASH', hashToken().hash));
    expect(await runProgram(['check-access', '--guard', `rbac:${file}`, ...args])).toMatchObject({ code, stdout });
  });

  it.each([
    [['--as', 'ann', 'read'], 'check-access needs --guard rbac:FILE'],
    [['--guard', 'rbac:no.yaml', '--as', 'ann', 'read'], '--guard: no.yaml: ENOENT'],
    [['--guard', 'rbac:no.yaml', 'read'], 'check-access needs --as or --role'],
    [['--guard', 'rbac:no.yaml', '--as', 'ann'], 'check-access needs an action'],
    [['--guard', 'rbac:no.yaml', '--as', 'ann', 'a', 'b', 'c', 'd'], 'unexpected argument d'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runProgram(['check-access', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('cfg-server --guard rbac:FILE', () => {
  it('does not start with a policy that has a fault, and says where', async () => {
    using dir = new TempDir();
    const file = dir.file('rbac.yaml', policy);
    const { code, stderr } = await runProgram(['--guard', `rbac:${file}`]);
    expect([code, stderr]).toEqual([
      1,
      `cfg-server: --guard: ${file}:13: tokens[0].hash: is not a hash as cfg-server hash-token makes it\n`,
    ]);
  });
});

describe('cfg-server check', () => {
  it('says whether a store is sound, also while a server has it open', async () => {
    using dir = new TempDir();
    const file = dir.file('config.db');
    await using store = new SqliteStore(file);
    await store.connect();
    await store.set('ns', 'a', { bytes: Buffer.from('1'), codec: 'json', type: 'int' });
    await store.setAlias('second', 'a');
    const check = () => runProgram(['check', '--store', `sqlite:${file}`]);
    expect(await check()).toMatchObject({ code: 0, stdout: `${file} is sound\n` });
    const db = new DatabaseSync(file);
    db.exec("UPDATE aliases SET target = 'b'");
    db.close();
    expect(await check()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is damaged \(.*alias of revision 2/),
    });
    const backup = await runProgram(['backup', dir.file('copy.db'), '--store', `sqlite:${file}`]);
    expect(backup).toMatchObject({ code: 1, stderr: expect.stringMatching(/the backup is as damaged as the store/) });
    expect((await runProgram(['check', '--store', 'memory'])).code).toBe(2);
  });
});

describe('cfg-server backup', () => {
  it.each([
    [[], 'backup needs a file'],
    [['--store', 'sqlite:x.db'], 'backup needs a file'],
    [['copy.db'], 'backup needs --store sqlite:PATH'],
    [['copy.db', '--store', 'memory'], 'backup needs --store sqlite:PATH'],
    [['copy.db', 'other.db'], 'unexpected argument other.db'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runProgram(['backup', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('cfg-server health', () => {
  it('tells whether the server with these settings is ready, over TLS as well', async () => {
    const doors = ['--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0'];
    for (const tls of [[], ['--tls', 'self-signed']]) {
      await using program = await Program.serving([...doors, ...tls]);
      const { host } = new URL(await program.url('/'));
      const { code, stdout } = await runProgram(['health', '--http', host, ...tls]);
      expect([code, JSON.parse(stdout)]).toMatchObject([0, { status: 'ready' }]);
    }
  });

  it('says no where nobody answers, and names a wrong setting', async () => {
    expect(await runProgram(['health', '--http', '127.0.0.1:1'])).toMatchObject({
      code: 1,
      stdout: 'no answer: connect ECONNREFUSED 127.0.0.1:1\n',
    });
    expect(await runProgram(['health', '--http', 'nowhere'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('cfg-server copy and restore', () => {
  it.each([
    [['copy'], 'copy needs two stores'],
    [['copy', '--from', 'sqlite:a.db'], 'copy needs two stores'],
    [['copy', '--from', 'sqlite:a.db', '--to', 'sqlite:a.db'], 'are the same store'],
    [['copy', '--from', 'sqlite:a.db', '--to', 'grpc://127.0.0.1:9'], 'a running server takes over no versions'],
    [['copy', '--from', 'memory', '--to', 'sqlite:a.db'], '--from: a store in memory is another process'],
    [['copy', '--from', 'mysql:x', '--to', 'sqlite:a.db'], '--from must be memory, sqlite:PATH or postgres://'],
    [['copy', '--from', 'sqlite:a', '--to', 'sqlite:b', '--from-secrets', 'env:K'], 'secrets would be kept in plain'],
    [['restore', '--store', 'sqlite:a.db'], 'restore needs a file'],
    [['restore', 'copy.db'], 'restore needs --store sqlite:PATH'],
    [['restore', 'copy.db', 'other.db', '--store', 'sqlite:a.db'], 'unexpected argument other.db'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runProgram(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('copies from a running server to a file, and from file to file', async () => {
    using dir = new TempDir();
    await using program = await Program.serving(['--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0']);
    const put = async (value: string) =>
      fetch(await program.url('/v1/namespaces/prod/keys/app/timeout'), { method: 'PUT', body: value });
    for (const value of ['1', '2', '3']) expect((await put(value)).status).toBe(200);
    const [first, second] = [join(dir.path, 'first.db'), join(dir.path, 'second.db')];
    const from = `grpc://${await program.grpcAddress()}`;
    const said = /^copied 1 keys with 3 versions, 0 aliases; both have the digest sha256:[0-9a-f]{64}\n$/;
    expect(await runProgram(['copy', '--from', from, '--to', `sqlite:${first}`])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(said),
    });
    expect(await runProgram(['copy', '--from', `sqlite:${first}`, '--to', `sqlite:${second}`])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(said),
    });
    const missing = await runProgram(['copy', '--from', `sqlite:${dir.path}`, '--to', `sqlite:${second}`]);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('it is a directory')]);
  });
});
