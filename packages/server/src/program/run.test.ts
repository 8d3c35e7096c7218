import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { ConfigServiceDefinition } from '@cfg/proto';
import { createChannel, createClient, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { anyPorts, Program, runProgram } from '../test/program.js';
import { TempDir } from '../test/temp-dir.js';

const greeting = { namespace: 'demo', key: 'greeting', value: Buffer.from('"hello"'), codec: 'json' };

const put = (url: string, text: string): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify({ value: Buffer.from(JSON.stringify(text)).toString('base64') }) });

/** Begins a request that it never ends. */
const beginRequest = async (program: Program): Promise<Socket> => {
  const { hostname, port } = new URL(await program.url('/'));
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write('POST /v1/namespaces/a/keys/b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n');
  await once(socket, 'data'); // "100 Continue": the request is being read
  return socket;
};

describe('cfg-server serves', () => {
  it('what is written at one door, at the other', async () => {
    await using program = await Program.serving(anyPorts);
    const channel = createChannel(await program.grpcAddress());
    try {
      await createClient(ConfigServiceDefinition, channel).set(greeting);
      const response = await fetch(await program.url('/v1/namespaces/demo/keys/greeting'));
      expect(await response.json()).toMatchObject({ entry: { key: 'greeting', version: '1' } });
    } finally {
      channel.close();
    }
  });

  it('one log line per door with its address, a warning that it is open, and a ready line', async () => {
    await using program = await Program.serving(anyPorts);
    expect(program.log.map(({ msg }) => msg)).toEqual([
      'gRPC door open',
      'HTTP door open',
      'dashboard open',
      'no guard: everybody on this machine may read and change everything',
      'ready',
    ]);
    expect(await program.grpcAddress()).not.toBe('127.0.0.1:0');
  });

  it('on every address, if that is wanted', async () => {
    const wide = ['--http', '0.0.0.0:0', '--i-know-this-is-open'];
    await using program = await Program.serving([...anyPorts, ...wide]);
    expect(program.log.map(({ msg }) => msg)).toContain('no guard: everybody may read and change everything');
  });

  it('with settings from a file that the environment names', async () => {
    using dir = new TempDir();
    const config = dir.file('server.yaml', 'http: 127.0.0.1:0\ngrpc: 127.0.0.1:0\nguard: deny-all\n');
    await using program = await Program.serving([], { CFG_CONFIG: config });
    expect((await fetch(await program.url('/v1/namespaces/a/keys/b'))).status).toBe(403);
    expect(program.log.some(({ msg }) => String(msg).startsWith('no guard'))).toBe(false);
  });

  it('a SQLite file as it was left', async () => {
    using dir = new TempDir();
    const args = [...anyPorts, '--store', `sqlite:${dir.file('config.db')}`];
    {
      await using program = await Program.serving(args);
      expect((await put(await program.url('/v1/namespaces/demo/keys/a'), 'kept')).status).toBe(200);
      program.signal('SIGTERM');
      expect(await program.exited).toEqual({ code: 0, signal: null });
    }
    await using program = await Program.serving(args);
    const response = await fetch(await program.url('/v1/namespaces/demo/keys/a'));
    expect(await response.json()).toMatchObject({ entry: { value: Buffer.from('"kept"').toString('base64') } });
  });

  it('no value over the limit', async () => {
    await using program = await Program.serving([...anyPorts, '--max-value-bytes', '10']);
    expect((await put(await program.url('/v1/namespaces/demo/keys/a'), 'short')).status).toBe(200);
    expect((await put(await program.url('/v1/namespaces/demo/keys/a'), 'much too long')).status).toBe(400);
  });
});

it('cfg-server backup copies a store that a server has open, for another to begin with', async () => {
  using dir = new TempDir();
  const store = `sqlite:${dir.file('config.db')}`;
  await using program = await Program.serving([...anyPorts, '--store', store]);
  const key = '/v1/namespaces/demo/keys/greeting';
  await fetch(await program.url(key), { method: 'POST', body: '{"value":"ImhlbGxvIg=="}' });
  const copy = dir.file('copy.db');
  expect(await runProgram(['backup', copy, '--store', store])).toMatchObject({ code: 0, stderr: '' });
  expect(await runProgram(['backup', copy, '--store', store])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^cfg-server: cannot back up to .+: it exists already\n$/),
  });
  await using restored = await Program.serving([...anyPorts, '--store', `sqlite:${copy}`]);
  expect(await (await fetch(await restored.url(key))).text()).toContain('"value":"ImhlbGxvIg=="');
});

describe('cfg-server says in one line and exits with 1 that', () => {
  const refused = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runProgram([...anyPorts, ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^cfg-server: .+\n$/);
    return stderr;
  };

  it.each(['grpc', 'http'])('the port of --%s is in use', async (door) => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    try {
      const address = blocker.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const { code, stderr } = await runProgram([...anyPorts, `--${door}`, `127.0.0.1:${port}`]);
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`^cfg-server: .* door on 127.0.0.1:${port}: the port is in use\n$`));
    } finally {
      blocker.close();
    }
  });

  it('there is no such host', async () => {
    expect(await refused(['--grpc', 'nowhere.invalid:9090', '--guard', 'deny-all'])).toContain('no such host');
  });

  it('the file is no database', async () => {
    using dir = new TempDir();
    const file = dir.file('notes.txt', 'not a database, but long enough to look at: '.repeat(10));
    expect(await refused(['--store', `sqlite:${file}`])).toContain(`cannot open ${file}`);
  });

  it("the file is another application's", async () => {
    using dir = new TempDir();
    const file = dir.file('other.db');
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE accounts (id INTEGER PRIMARY KEY)');
    other.close();
    expect(await refused(['--store', `sqlite:${file}`])).toContain('another application');
  });

  it('the folder of the file does not exist', async () => {
    using dir = new TempDir();
    expect(await refused(['--store', `sqlite:${dir.file('no/such/config.db')}`])).toContain(
      'no such file or directory',
    );
  });

  it('the disk is full', async () => {
    using dir = new TempDir();
    const file = dir.file('config.db');
    await using program = Program.startOnFullDisk([...anyPorts, '--store', `sqlite:${file}`]);
    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(program.stderr).toMatch(new RegExp(`^cfg-server: cannot open ${file} as a configuration store: .+\n$`));
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('cfg-server on %s', (signal) => {
  it('ends watches and streams of events, and exits with 0', async () => {
    await using program = await Program.serving(anyPorts);
    const channel = createChannel(await program.grpcAddress());
    try {
      const client = createClient(ConfigServiceDefinition, channel);
      const watch = client.watch({ namespaces: ['demo'], startRevision: 0 })[Symbol.asyncIterator]();
      const events = await fetch(await program.url('/v1/watch'));
      await client.set(greeting);
      expect(await watch.next()).toMatchObject({ value: { entry: { key: 'greeting' } } });

      program.signal(signal);
      await expect(watch.next()).rejects.toMatchObject({ code: Status.UNAVAILABLE });
      expect(await events.text()).toContain('event: set');
      expect(await program.exited).toEqual({ code: 0, signal: null });
      expect(program.stderr).toBe('');
    } finally {
      channel.close();
    }
  });

  it('exits at once when it comes again', async () => {
    await using program = await Program.serving([...anyPorts, '--grace-ms', '600000']);
    const socket = await beginRequest(program);
    program.signal(signal);
    await program.logged('draining');
    program.signal(signal);
    expect(await program.exited).toEqual({ code: signal === 'SIGTERM' ? 143 : 130, signal: null });
    socket.destroy();
  });
});

describe('cfg-server after the grace period', () => {
  it('cuts off who is left, and exits with 0', async () => {
    await using program = await Program.serving([...anyPorts, '--grace-ms', '300']);
    const socket = await beginRequest(program);
    const ended = once(socket, 'close');
    program.signal('SIGTERM');
    await ended;
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(program.log.map(({ msg }) => msg)).toContain('calls took longer than the grace period and are cut off');
  });
});
