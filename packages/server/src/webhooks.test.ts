import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { startServer } from './server.js';
import { PostgresServer } from './test/postgres.js';
import { anyPorts, Program, runProgram } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A program that is told of changes, fails at random and hangs. */
async function openReceiver() {
  /** Revisions in the order in which they were first taken. */
  const taken: number[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray().catch(() => [])).join('');
    if (body === '') return;
    const { data } = new Webhook(secret).verify(body, request.headers as never) as { data: { revision: number } };
    const luck = receiver.isWell ? 1 : Math.random();
    if (luck < 0.05) return; // for ever
    if (luck < 0.2) response.statusCode = 500;
    else if (!taken.includes(data.revision)) taken.push(data.revision);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver = {
    taken,
    isWell: false,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** With CFG_WEBHOOKS=long the server is killed more often, and on PostgreSQL too. */
const isLong = process.env.CFG_WEBHOOKS === 'long';
const rounds = isLong ? 20 : 2;

/** Revisions 1 to `last`. */
const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

const quick = { timeoutMs: 200, initialBackoffMs: 1, maxBackoffMs: 5, leaseMs: 200 };

/** The server is killed while changes are written and told; afterwards everything has been told, in order. */
async function killAndCheck(rounds: number, store: string, state: string, dir: TempDir): Promise<void> {
  await using receiver = await openReceiver();
  const file = dir.file('webhooks.yaml');
  const target = { name: 'all', url: receiver.url, secret, allowPrivate: true };
  writeFileSync(file, JSON.stringify({ state, targets: [target], ...quick }));
  const args = [...anyPorts, '--store', store, '--webhooks', file];
  let written = 0;
  for (let round = 0; round < rounds; round += 1) {
    await using program = await Program.serving(args);
    const url = await program.url('/v1/namespaces/n/keys/k');
    // A new target begins when it is first held; until then nothing is written.
    if (round === 0) await vi.waitFor(async () => expect((await listed(file)).stdout).toContain('all'), 20_000);
    const end = performance.now() + 100 + Math.random() * 300;
    while (performance.now() < end) {
      const answer = await fetch(url, { method: 'POST', body: '{"value":"MQ=="}' });
      written = Number(((await answer.json()) as { entry: { revision: string } }).entry.revision);
    }
    program.signal('SIGKILL');
    await program.exited;
  }
  receiver.isWell = true;
  await using _last = await Program.serving(args);
  await vi.waitFor(() => expect(receiver.taken.length).toBeGreaterThanOrEqual(written), { timeout: 60_000 });
  // One more may have been written without being acknowledged.
  expect(receiver.taken).toEqual(upTo(receiver.taken.length));
  expect(written).toBeGreaterThanOrEqual(rounds);
}

const listed = (file: string, ...more: string[]) => runProgram(['webhooks', '--webhooks', file, ...more]);

describe('webhooks of a server', () => {
  it('lose nothing, keep the order and repeat the same message when the server is killed', {
    timeout: rounds * 60_000,
  }, async () => {
    using dir = new TempDir();
    await killAndCheck(rounds, `sqlite:${dir.file('config.db')}`, `sqlite:${dir.file('webhooks.db')}`, dir);
  });

  it.runIf(isLong)('lose nothing when their positions are in PostgreSQL', { timeout: rounds * 60_000 }, async () => {
    using dir = new TempDir();
    await using postgres = await PostgresServer.start();
    await killAndCheck(rounds, postgres.url, postgres.url, dir);
  });

  it('are told by metrics and the program, which lets a dead one be tried again', { timeout: 60_000 }, async () => {
    using dir = new TempDir();
    await using receiver = await openReceiver();
    receiver.isWell = true;
    const file = dir.file('webhooks.yaml');
    writeFileSync(dir.file('secret'), `${secret}\n`);
    const targets = [
      { name: 'well', url: receiver.url, secret: `file:${dir.file('secret')}`, allowPrivate: true },
      { name: 'away', url: 'http://127.0.0.1:1/', secret, allowPrivate: true },
    ];
    writeFileSync(
      file,
      JSON.stringify({
        state: `sqlite:${dir.file('state.db')}`,
        targets,
        ...quick,
        timeoutMs: 60_000,
        giveUpAfterMs: 50,
      }),
    );
    const options = { grpc: '127.0.0.1:0', http: '127.0.0.1:0', metrics: '127.0.0.1:0', webhooks: file };
    await using server = await startServer(options);
    const metrics = async () => (await fetch(`http://${server.metricsAddress}/metrics`)).text();
    const delivering = (target: string) => `cfg_webhook_state{target="${target}",state="delivering"} 1`;
    await vi.waitFor(async () => expect(await metrics()).toContain(delivering('away')), 20_000);
    await vi.waitFor(async () => expect(await metrics()).toContain(delivering('well')), 20_000);
    const url = `http://${server.httpAddress}/v1/namespaces/n/keys/k`;
    await fetch(url, { method: 'POST', body: '{"value":"MQ=="}' });
    await vi.waitFor(async () => {
      expect(await metrics()).toContain('cfg_webhook_state{target="away",state="dead"} 1');
      expect(await metrics()).toContain('cfg_webhook_delivered_total{target="well"} 1');
    }, 20_000);
    const { code, stdout } = await listed(file);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(
        /^away {2}dead since .* at revision 1, \d+ attempts: .*\nwell {2}delivered up to revision 1\n$/,
      ),
    ]);
    expect(await listed(file, 'retry', 'away', '--skip')).toMatchObject({
      code: 0,
      stdout: 'away is tried again, after what failed\n',
    });
    await vi.waitFor(async () => expect(await metrics()).toContain(delivering('away')), 20_000);
    expect(await listed(file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('away  delivered up to revision 1'),
    });
    expect(await listed(file, 'retry', 'none')).toMatchObject({ code: 1 });
    expect(await listed(file, 'frget', 'away')).toMatchObject({ code: 2 });
  });

  it.each([
    ['targets: []', 'state is missing'],
    ['{', 'Flow map'],
    ['state: nowhere\ntargets: []', 'state must be sqlite:PATH or postgres://'],
    ['state: sqlite:x.db\ntargets: [{ name: a }]', 'targets.0.url is missing'],
    ['state: sqlite:x.db\ntargets: []\nx: 1', 'x is not known here'],
    [
      `state: 'sqlite::memory:'\ntargets: [{ name: a, url: 'http://x/', secret: ${secret} }]`,
      'targets[0].url must begin with https://',
    ],
    [
      `state: 'sqlite::memory:'\ntargets: [{ name: a, url: 'https://x/', secret: hush }]`,
      'targets[0].secret must be whsec_',
    ],
    ['state: sqlite:/no/such/folder/x.db\ntargets: []', 'unable to open'],
  ])('are refused with a reason: %s', async (content, reason) => {
    using dir = new TempDir();
    const file = dir.file('webhooks.yaml');
    writeFileSync(file, content);
    const starting = startServer({ grpc: '127.0.0.1:0', http: '127.0.0.1:0', webhooks: file });
    const error: Error = await starting.then(
      () => expect.fail('started'),
      (thrown) => thrown,
    );
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('hush');
  });
});
