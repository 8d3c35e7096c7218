import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { expect, it, vi } from 'vitest';
import { readTask } from './program/settings.js';
import { freePort } from './test/free-port.js';
import { Program } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

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

it('two processes with certificates share a table of claims, and are told of over HTTP', {
  timeout: 300_000,
}, async () => {
  using dir = new TempDir();
  const pem = (name: string): string => new URL(`../src/test/tls/${name}.pem`, import.meta.url).pathname;
  const files = {
    ca: readFileSync(pem('ca')),
    cert: readFileSync(pem('client')),
    key: readFileSync(pem('client.key')),
  };
  const [gossip, ...ports] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const start = (id: string, grpc: number, own: number, join: string[]): Promise<Program> =>
    Program.serving([
      ...['--grpc', `127.0.0.1:${grpc}`, '--http', '127.0.0.1:0', '--store', `sqlite:${dir.file(`${id}.db`)}`],
      ...['--tls-cert', pem('server'), '--tls-key', pem('server.key'), '--tls-client-ca', pem('ca')],
      ...['--cluster', `memberlist://127.0.0.1:${own}`, '--node-id', id, '--advertise', `127.0.0.1:${grpc}`],
      ...['--cluster-claims', `sqlite:${dir.file('claims.db')}`, '--cluster-ca', pem('ca'), ...join],
    ]);
  await using a = await start('a', ports[0] as number, gossip, []);
  await using b = await start('b', ports[1] as number, ports[2] as number, ['--join', `127.0.0.1:${gossip}`]);
  const ask = async (program: Program, method: string, path: string, body?: object): Promise<[number, unknown]> => {
    const url = (await program.url(path)).replace('http:', 'https:');
    const { promise, resolve, reject } = Promise.withResolvers<[number, unknown]>();
    const sent = request(url, { ...files, method, agent: false }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve([response.statusCode ?? 0, JSON.parse(text)]));
    });
    sent.on('error', reject).end(body && JSON.stringify(body));
    return promise;
  };
  const value = { value: Buffer.from('1').toString('base64') };
  await vi.waitFor(async () => {
    expect((await ask(a, 'GET', '/v1/cluster'))[1]).toMatchObject({ members: [{ id: 'a' }, { id: 'b' }] });
    expect((await ask(b, 'POST', '/v1/namespaces/payments/keys/k', value))[0]).toBe(200);
  }, patiently);
  for (const node of ['b', 'a', 'b']) {
    expect(await ask(a, 'POST', '/v1/cluster/namespaces/payments/claim', { node })).toEqual([200, {}]);
    const told = { namespace: 'payments', owner: node, claimedBy: node, canClaim: true };
    await vi.waitFor(async () => {
      expect((await ask(node === 'a' ? a : b, 'GET', '/v1/cluster'))[1]).toMatchObject({
        self: node,
        members: [
          { id: 'a', presence: 'PRESENCE_ALIVE', inRing: true, ours: true },
          { id: 'b', presence: 'PRESENCE_ALIVE', inRing: true, ours: true },
        ],
        namespaces: [told],
        incomplete: '',
      });
    }, patiently);
  }
  for (const program of [a, b]) {
    expect((await ask(program, 'GET', '/v1/namespaces/payments/keys/k'))[1]).toMatchObject({ entry: { version: '1' } });
  }
});

it.each([
  [
    ['--cluster', 'memberlist://127.0.0.1:0', '--advertise', 'a:1', '--tls', 'self-signed'],
    '--tls: the nodes of a cluster cannot know each other by self-signed certificates',
  ],
  [
    ['--cluster', 'memberlist://127.0.0.1:0', '--advertise', 'a:1', '--cluster-claims', 'nowhere'],
    '--cluster-claims must be sqlite:PATH or postgres://user:password@host/database',
  ],
  [
    ['--cluster', 'memberlist://127.0.0.1:0', '--advertise', 'a:1', '--cluster-ca', '/no/such'],
    '--cluster-ca is of no use to a node whose own doors have no certificate',
  ],
  [['--cluster', 'memberlist://127.0.0.1:0'], '--advertise must be the host:port'],
  [['--cluster', 'carrier-pigeon://x', '--advertise', 'a:1'], '--cluster must be redis://… or memberlist://HOST:PORT'],
  [
    ['--cluster', 'redis://127.0.0.1:1', '--advertise', 'a:1', '--cluster-key-file', '/no/such'],
    '--cluster-key-file: ',
  ],
])('%j is refused: %s', async (args, reason) => {
  await expect(readTask(args, {})).rejects.toThrow(reason);
});
