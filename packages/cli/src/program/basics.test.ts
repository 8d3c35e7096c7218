import { denyAll } from '@cfg/service';
import { describe, expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();

describe('cfg set and get', () => {
  it.each([
    [['30'], '30\n', 30],
    [['hello'], 'hello\n', 'hello'],
    [['"hello"'], 'hello\n', 'hello'],
    [['--string', '30'], '30\n', '30'],
    [['{"a": [1, 2]}'], '{"a": [1, 2]}\n', { a: [1, 2] }],
    [['--codec', 'yaml', 'a: 1'], 'a: 1\n', { a: 1 }],
    [['--codec', 'secret', 'hunter2'], '******\n', '******'],
    [['--', '-5'], '-5\n', -5],
  ])('keep %j', async (args, text, value) => {
    const { prints, objects } = await workplace();
    expect(await prints('set', 'app/x', ...args)).toBe('production/app/x is at version 1\n');
    expect(await prints('get', 'app/x')).toBe(text);
    expect(await objects('get', 'app/x')).toMatchObject([{ namespace: 'production', key: 'app/x', value, version: 1 }]);
  });

  it('write numbers of any size exactly as JSON', async () => {
    const { prints } = await workplace();
    await prints('set', 'id', '9007199254740993');
    expect(await prints('get', 'id', '--json')).toContain('"value":9007199254740993,');
  });

  it('have one shape of JSON, whatever the entry', async () => {
    const { prints, objects } = await workplace();
    await prints('set', 'a', '1', '--ttl', '1d', '--comment', 'why');
    const [entry] = await objects('get', 'a');
    expect(Object.keys(entry ?? {}).join(' ')).toBe(
      'namespace key value codec type version revision deleted createdAt updatedAt expiresAt author comment',
    );
    expect(entry).toMatchObject({ comment: 'why', expiresAt: expect.stringMatching(/Z$/) });
  });

  it('take a file, stdin, and bytes as they are', async () => {
    const { prints, start, file } = await workplace();
    await prints('set', 'a', '--file', file('a.yaml', 'a: 1 # why\n'));
    expect(await prints('get', 'a', '--raw')).toBe('a: 1 # why\n');
    expect(await start(['set', 'b', '--file', '-'], '"from stdin"').exited).toBe(0);
    expect(await prints('get', 'b')).toBe('from stdin\n');
  });

  it('reveal a secret only to who asks', async () => {
    const { prints, cfg } = await workplace();
    await prints('set', 'pw', 'hunter2', '--codec', 'secret');
    expect(await prints('list')).not.toContain('hunter2');
    expect(await prints('history', 'pw', '--json')).not.toContain('hunter2');
    expect(await cfg('get', 'pw', '--raw')).toMatchObject({ code: 2, stdout: '' });
    expect(await prints('get', 'pw', '--reveal')).toBe('hunter2\n');
  });

  it('read earlier versions and revisions', async () => {
    const { prints } = await workplace();
    for (const value of ['1', '2', '3']) await prints('set', 'a', value);
    expect(await prints('get', 'a', '--at-version', '1')).toBe('1\n');
    expect(await prints('get', 'a', '--at-revision', '2')).toBe('2\n');
  });
});

describe('cfg list', () => {
  it('has a table, and the end of a long list', async () => {
    const { store, prints, objects } = await workplace();
    const value = { bytes: Buffer.from('1'), codec: 'json', type: 'int' } as const;
    for (let i = 0; i < 2_100; i += 1) await store.set('production', `app/k${i}`, value);
    await prints('set', 'b', 'two');
    expect(await prints('list', 'b')).toMatch(/^KEY {2}VERSION {2}UPDATED {14}VALUE\nb {4}1 {8}\S+ \S+ {2}two\n$/);
    expect((await prints('list', '--keys')).split('\n')).toHaveLength(2_102);
    expect(await objects('list', '--limit', '1500')).toHaveLength(1_500);
    expect(await objects('list', 'none')).toEqual([]);
  });

  it('writes control characters as code points, so that a value cannot forge lines', async () => {
    const { prints } = await workplace();
    await prints('set', 'a', '"x\\u001b[2Jy\\nz"');
    expect(await prints('list')).toContain('x\\u{1b}[2Jy\\u{a}z\n');
  });

  it('shows deleted keys', async () => {
    const { prints, objects } = await workplace();
    await prints('set', 'a', '1');
    expect(await prints('delete', 'a')).toBe('production/a is deleted\n');
    expect(await objects('list', '--deleted')).toMatchObject([{ key: 'a', deleted: true, value: null }]);
  });
});

describe('cfg history, diff and restore', () => {
  it('tell the versions of a key', async () => {
    const { prints, objects } = await workplace();
    await prints('set', 'a', '1', '--comment', 'first');
    await prints('set', 'a', '2');
    await prints('delete', 'a', '--comment', 'gone');
    const versions = await objects('history', 'a');
    expect(versions.map(({ version, value, comment }) => [version, value, comment])).toEqual([
      [2, null, 'gone'],
      [2, 2, ''],
      [1, 1, 'first'],
    ]);
  });

  it('tell what changed, and go back', async () => {
    const { prints, objects, cfg } = await workplace();
    await prints('set', 'changed', '"a\\nb"');
    await prints('set', 'gone', '1');
    await prints('set', 'same', '1');
    await prints('set', 'changed', '"a\\nc"');
    await prints('delete', 'gone');
    await prints('set', 'new', 'x');
    expect(await prints('diff', '--since', '3')).toBe('~ changed\n      a\n    - b\n    + c\n- gone = 1\n+ new = x\n');
    expect(await prints('diff', 'changed', '--from', '1', '--to', '2')).toContain('~ changed\n');
    expect((await objects('diff', 'gone', '--since', '3')).map(({ key, change }) => [key, change])).toEqual([
      ['gone', 'deleted'],
    ]);
    expect((await cfg('diff', '--since', '3', '--exit-code')).code).toBe(5);
    expect((await cfg('diff', '--since', '6', '--exit-code')).code).toBe(0);
    expect((await cfg('restore', '--to-revision', '3', '--dry-run')).stderr).toBe('3 keys would be restored\n');
    await prints('restore', '--to-revision', '3');
    expect(await prints('list', '--keys')).toBe('changed\ngone\nsame\n');
    await prints('restore', 'changed', '--to-version', '2');
    expect(await prints('get', 'changed')).toBe('a\nc\n');
  });
});

describe('cfg watch', () => {
  it('tells changes as they come, and ends with Ctrl-C', async () => {
    const { start, prints } = await workplace();
    await using program = start(['watch', 'app/']);
    await program.printed('watching');
    await prints('set', 'other', '1');
    await prints('set', 'app/a', '1');
    await prints('delete', 'app/a');
    await program.printed('delete');
    program.child.kill('SIGINT');
    expect(await program.result()).toEqual({
      code: 130,
      stdout: expect.stringMatching(/^\S+Z 2 set production\/app\/a 1\n\S+Z 3 delete production\/app\/a\n$/),
      stderr: 'watching; Ctrl-C ends it\n',
    });
  });

  it('begins after a revision, of all namespaces', async () => {
    const { prints, objects } = await workplace();
    await prints('set', 'a', '1');
    await prints('set', 'a', '2', '-n', 'staging');
    await prints('alias', 'set', 'b', 'a');
    const changes = await objects('watch', '--from', '1', '--limit', '2', '--all-namespaces');
    expect(changes).toMatchObject([
      { type: 'set', namespace: 'staging', key: 'a', value: 2, revision: 2 },
      { type: 'alias_set', key: 'b', revision: 3 },
    ]);
  });
});

describe('cfg namespaces, alias, access and status', () => {
  it('say how things are', async () => {
    const { prints, objects, address } = await workplace();
    await prints('set', 'a', '1');
    await prints('set', 'a', '1', '-n', 'staging');
    expect(await prints('namespaces')).toBe('production\nstaging\n');
    expect(await objects('namespaces', 'st')).toEqual([{ namespace: 'staging' }]);
    expect(await prints('alias', 'set', 'short', 'a')).toBe('short stands for a\n');
    expect(await prints('alias', 'get', 'short')).toBe('a\n');
    expect(await prints('alias', 'list')).toBe('ALIAS  KEY\nshort  a\n');
    await prints('alias', 'delete', 'short');
    expect(await objects('alias', 'list')).toEqual([]);
    expect(await prints('access', 'a')).toBe(
      'ACTION  ALLOWED\nread    yes\nwrite   yes\ndelete  yes\nlist    yes\nwatch   yes\nreveal  yes\n',
    );
    expect(await objects('status')).toMatchObject([{ address, ok: true, features: expect.arrayContaining(['batch']) }]);
  });
});

describe('cfg exits with', () => {
  it.each([
    [1, ['get', 'a', '--address', '127.0.0.1:1', '--insecure', '--timeout', '50ms'], 'cannot reach'],
    [2, ['get'], "missing required argument 'key'"],
    [2, ['gte', 'a'], 'Did you mean get?'],
    [2, ['list', '--limit', '0'], 'It must be a whole number from 1 on.'],
    [2, ['set', 'a', '1', '--ttl', '5 minutes'], 'such as 90s'],
    [2, ['set', 'a'], 'say the value'],
    [2, ['set', 'a', 'null'], 'null is no value'],
    [2, ['set', 'a', '1', '--create', '--update'], 'cannot be used with'],
    [2, ['get', '../a'], 'invalid key'],
    [2, ['get', 'a', '-n', '-x'], 'a namespace begins with'],
    [2, ['get', 'a', '--address', 'nowhere'], 'it has no port'],
    [2, ['get', 'a', '--tls-ca', '/no/such/file'], '--tls-ca: ENOENT'],
    [2, ['restore'], '--to-version or --to-revision'],
    [3, ['get', 'none'], 'key not found: production/none'],
    [3, ['get', 'a', '--at-version', '9'], 'version not found'],
    [3, ['alias', 'get', 'none'], 'alias not found'],
    [4, ['set', 'a', '1', '--create'], 'key already exists'],
    [4, ['set', 'a', '1', '--if-version', '7'], 'is at version 1, not 7'],
    [4, ['delete', 'a', '--if-version', '7'], 'is at version 1, not 7'],
  ])('%i: %j', async (code, args, message) => {
    const { cfg, prints } = await workplace();
    await prints('set', 'a', '1');
    const result = await cfg(...args);
    expect(result).toEqual({ code, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('1 where the guard refuses', async () => {
    const { cfg } = await workplace({ guard: denyAll() });
    expect((await cfg('get', 'a')).code).toBe(1);
  });

  it('1 and a hint where the server has no TLS', async () => {
    const { cfg, address } = await workplace();
    const result = await cfg('get', 'a', '--address', address.replace('http://', ''), '--timeout', '500ms');
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('a server without TLS needs --insecure') });
  });

  it('2 without a namespace', async () => {
    const { address } = await workplace();
    const { cfg } = await workplace({ env: { CFG_ADDRESS: address } });
    expect(await cfg('list')).toMatchObject({ code: 2, stderr: expect.stringContaining('which namespace?') });
  });

  it('an error as JSON, if that is wanted', async () => {
    const { cfg, prints } = await workplace();
    await prints('set', 'a', '1');
    const { stderr } = await cfg('set', 'a', '2', '--if-version', '9', '--json');
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'version_mismatch', metadata: { current_version: '1' } },
    });
  });

  it('0 and its help', async () => {
    const { prints } = await workplace();
    expect(await prints('--help')).toContain('Exit codes:');
    expect(await prints('get', '--help')).toContain('--at-version <n>');
    expect(await prints('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

it.each([['--help'], ['list', '--help'], ['list'], ['namespaces'], ['no-such-command']])(
  'has nothing to complain of where nobody reads what %s prints',
  async (...args) => {
    const { start } = await workplace();
    const program = start(args);
    program.child.stdout?.destroy();
    const { code, stderr } = await program.result();
    expect([code, stderr.includes('EPIPE')]).toEqual([args[0] === 'no-such-command' ? 2 : 0, false]);
  },
);
