import { describe, expect, it } from 'vitest';
import { readTask } from './program/settings.js';
import { usage } from './program/usage.js';
import { startServer } from './server.js';
import { anyPorts, Program } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

const ports = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };
const passphrase = 'correct horse';

describe('cfg-server', () => {
  it('serves the dashboard and says where', async () => {
    await using program = await Program.serving(anyPorts);
    const { url, auth } = await program.logged('dashboard open');
    expect([url, auth]).toEqual([await program.url('/dashboard/'), 'none']);
    const page = await fetch(String(url));
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.text())?.[1];
    expect((await fetch(`${url}${script}`)).status).toBe(200);
    expect(await (await fetch(`${url}config.json`)).json()).toMatchObject({
      auth: { strategy: 'none' },
      apiPath: '../',
    });
  });

  it.each([
    [['--no-dashboard'], {}],
    [[], { CFG_DASHBOARD: 'false' }],
    [['--dashboard', '--no-dashboard'], {}],
  ])('has none where it is told so: %j %j', async (args, env) => {
    expect(await readTask(args, env)).toMatchObject({ settings: { dashboard: undefined } });
    expect(await readTask([...args, '--dashboard'], env)).toMatchObject({ settings: { dashboard: { kind: 'none' } } });
  });

  it('without a dashboard has no page', async () => {
    await using server = await startServer({ ...ports, dashboard: false });
    expect((await fetch(`http://${server.httpAddress}/dashboard/`)).status).toBe(404);
    expect(server.dashboardUrl).toBeUndefined();
  });

  it('reads passphrase and secret from files or the environment, and from no flag', async () => {
    using dir = new TempDir();
    const files = [
      ...['--dashboard-passphrase-file', dir.file('passphrase', `${passphrase}\n`)],
      ...['--dashboard-secret-file', dir.file('secret', `${'s'.repeat(32)}\n`)],
    ];
    const env = { CFG_DASHBOARD_PASSPHRASE: passphrase, CFG_DASHBOARD_SECRET: 's'.repeat(32) };
    const hmac = [...anyPorts, '--dashboard-auth', 'hmac'];
    await using first = await Program.serving([...hmac, ...files]);
    await using second = await Program.serving(hmac, env);
    const { headers } = await fetch(await first.url('/dashboard/login'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ passphrase }),
    });
    const cookie = String(headers.get('set-cookie')?.split(';')[0]);
    // They share the secret, and so their users.
    for (const program of [first, second]) {
      expect((await fetch(await program.url('/v1/namespaces'), { headers: { cookie } })).status).toBe(200);
      expect((await fetch(await program.url('/v1/namespaces'))).status).toBe(401);
      expect(program.stdout).not.toContain(passphrase);
    }
    const asFlag = [...hmac, '--dashboard-passphrase', passphrase];
    await expect(readTask(asFlag, {})).rejects.toThrow('unknown flag --dashboard-passphrase');
    expect(usage()).not.toMatch(/--dashboard-(passphrase|secret)\s/);
  });

  it.each<[string[], Record<string, string>, string]>([
    [['--dashboard-auth', 'basic'], {}, '--dashboard-auth must be hmac, bearer or none, not "basic"'],
    [['--dashboard-auth', 'hmac'], {}, '--dashboard-auth hmac needs a passphrase: set --dashboard-passphrase-file or'],
    [
      ['--dashboard-auth', 'hmac', '--dashboard-passphrase-file', '/no/such'],
      {},
      '--dashboard-passphrase-file: ENOENT',
    ],
    [
      ['--dashboard-auth', 'hmac'],
      { CFG_DASHBOARD_PASSPHRASE: 'x', CFG_DASHBOARD_SECRET: 'short' },
      'CFG_DASHBOARD_SECRET: secret must have at least 32 bytes, not 5',
    ],
    [
      ['--dashboard-auth', 'hmac', '--guard', 'allow-all'],
      { CFG_DASHBOARD_PASSPHRASE: 'x' },
      '--dashboard-auth: a passphrase is pointless where the guard lets everybody in',
    ],
    [[], { CFG_DASHBOARD_PASSPHRASE: 'x' }, 'CFG_DASHBOARD_PASSPHRASE goes only with --dashboard-auth hmac'],
    [['--no-dashboard', '--dashboard-auth', 'none'], {}, '--dashboard-auth needs the dashboard'],
    [
      ['--http', '0.0.0.0:0', '--guard', 'deny-all', '--dashboard-auth', 'none'],
      {},
      '--dashboard-auth: with none, nobody who is not on this machine could sign in',
    ],
    [['--http', '0.0.0.0:0', '--dashboard-auth', 'none'], {}, '--http: whoever reaches 0.0.0.0 could read and change'],
    [
      ['--http', '0.0.0.0:0', '--dashboard-auth', 'bearer'],
      {},
      '--http: whoever reaches 0.0.0.0 could read and change',
    ],
  ])('refuses %j %j', async (args, env, message) => {
    await expect(readTask(args, env)).rejects.toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(message) }),
    );
  });
});
