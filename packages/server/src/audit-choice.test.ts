import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { startServer } from './server.js';
import { TempDir } from './test/temp-dir.js';

const anyPorts = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };

describe('an audit', () => {
  it('goes into a file, refusals included, before the server is closed', async () => {
    using dir = new TempDir();
    const path = dir.file('audit.db');
    const guard = {
      authenticate: () => ({ userId: 'ann', claims: {} }),
      authorize: (_: object, action: string) => ({ allowed: action !== 'delete' }),
    };
    const server = await startServer({ ...anyPorts, guard, audit: `sqlite:${path}`, auditRefusals: true });
    const url = `http://${server.httpAddress}/v1/namespaces/n/keys/a`;
    expect((await fetch(url, { method: 'POST', body: '{"value":"MQ==","comment":"why"}' })).status).toBe(200);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    await server.close();
    using database = new DatabaseSync(path);
    const rows = database.prepare('SELECT user_id, operation, key, value FROM config_audit_log ORDER BY id').all();
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { user_id: 'ann', operation: 'set', key: 'a', value: 'MQ==' },
      { user_id: 'ann', operation: 'refused', key: 'a', value: null },
    ]);
  });

  it('of the store in a file outlives its log, without the values that are dropped', async () => {
    using dir = new TempDir();
    const guard = { authenticate: () => ({ userId: 'ann', claims: {} }), authorize: () => ({ allowed: true }) };
    const store = `sqlite:${dir.file('config.db')}`;
    await using server = await startServer({ ...anyPorts, guard, store, logLimit: 2, history: 2, trailDays: 1 });
    const url = `http://${server.httpAddress}/v1/namespaces/n/keys/a`;
    for (let n = 1; n <= 9; n += 1) {
      await fetch(url, { method: 'POST', body: JSON.stringify({ value: Buffer.from(`${n}`).toString('base64') }) });
    }
    const answer = await fetch(`http://${server.httpAddress}/v1/audit?operation=set`);
    const { records } = (await answer.json()) as { records: Record<string, unknown>[] };
    expect(records.map(({ userId, value, metadata }) => [userId, value, metadata])).toEqual(
      [9, 8, 7, 6, 5, 4, 3, 2, 1].map((n) =>
        n > 7
          ? ['ann', Buffer.from(`${n}`).toString('base64'), { version: `${n}`, revision: `${n}` }]
          : ['ann', '', { version: `${n}`, revision: `${n}`, forgotten: 'true' }],
      ),
    );
  });

  it.each([
    ['nowhere', 'invalid_argument'],
    ['postgres:secret', 'invalid_argument'],
    ['sqlite:no/such/folder/audit.db', 'unavailable'],
    ['postgres://ann:secret@127.0.0.1:1/x', 'unavailable'],
  ])('cannot go to %s', async (audit, code) => {
    const starting = startServer({ ...anyPorts, audit });
    const error: Error = await starting.then(
      () => new Error('started'),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining('audit') });
    expect(error.message).not.toContain('secret');
  });
});
