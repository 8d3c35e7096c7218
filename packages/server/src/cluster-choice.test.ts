import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it, vi } from 'vitest';
import { readTask } from './program/settings.js';
import { Program } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const patiently = { timeout: 120_000, interval: 100 };

it('two processes share their namespaces out, and one of them goes on alone', { timeout: 300_000 }, async () => {
  using dir = new TempDir();
  const key = dir.file('key', 'ab'.repeat(32));
  const [gossip, ...ports] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const start = (id: string, grpc: number, own: number, join: string[]): Promise<Program> =>
    Program.serving([
      ...['--grpc', `127.0.0.1:${grpc}`, '--http', '127.0.0.1:0', '--store', `sqlite:${dir.file(`${id}.db`)}`],
      ...['--cluster', `memberlist://127.0.0.1:${own}`, '--node-id', id, '--advertise', `127.0.0.1:${grpc}`],
      ...['--cluster-key-file', key, ...join],
    ]);
  await using a = await start('a', ports[0] as number, gossip, []);
  await using b = await start('b', ports[1] as number, ports[2] as number, ['--join', `127.0.0.1:${gossip}`]);
  const put = async (program: Program, namespace: string, text: string): Promise<number> => {
    const body = JSON.stringify({ value: Buffer.from(JSON.stringify(text)).toString('base64') });
    return (await fetch(await program.url(`/v1/namespaces/${namespace}/keys/k`), { method: 'POST', body })).status;
  };
  const version = async (program: Program, namespace: string): Promise<string | undefined> => {
    const response = await fetch(await program.url(`/v1/namespaces/${namespace}/keys/k`));
    return ((await response.json()) as { entry?: { version: string } }).entry?.version;
  };

  const namespaces = ['payments', 'search', 'eu', 'us', 'legacy', 'x', 'mobile', 'web', 'billing', 'ops', 'data', 'ml'];
  for (const [i, namespace] of namespaces.entries()) {
    await vi.waitFor(async () => expect(await put(i % 2 ? a : b, namespace, 'x')).toBe(200), patiently);
  }
  for (const program of [a, b]) {
    for (const namespace of namespaces) expect(await version(program, namespace)).toBe('1');
  }

  a.signal('SIGKILL');
  await a.exited;
  await vi.waitFor(async () => {
    const outcomes = await Promise.all(namespaces.map((namespace) => put(b, namespace, 'y')));
    const refused = outcomes.filter((status) => status === 400 || status === 503); // a's: nobody else may write them
    const written = outcomes.filter((status) => status === 200); // b's own
    expect([refused.length > 0, written.length > 0, refused.length + written.length]).toEqual([true, true, 12]);
  }, patiently);
});

it.each([
  [['--cluster', 'memberlist://127.0.0.1:0'], '--advertise must be the host:port'],
  [['--cluster', 'carrier-pigeon://x', '--advertise', 'a:1'], '--cluster must be redis://… or memberlist://HOST:PORT'],
  [
    ['--cluster', 'redis://127.0.0.1:1', '--advertise', 'a:1', '--cluster-key-file', '/no/such'],
    '--cluster-key-file: ',
  ],
])('%j is refused: %s', (args, reason) => {
  expect(() => readTask(args, {})).toThrow(reason);
});
