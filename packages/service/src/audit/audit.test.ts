import { DatabaseSync } from 'node:sqlite';
import { MemoryStore } from '@cfg/core';
import { Metadata } from 'nice-grpc-common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AuditEvent,
  type AuditOptions,
  type Auditor,
  type AuditStage,
  audit,
  createConfigService,
  createInProcessClients,
  logAuditor,
  multiAuditor,
  sqlAuditor,
} from '../index.js';
import { json } from '../test/bytes.js';
import { tokenGuard } from '../test/token-guard.js';

const as = (userId: string) => ({ metadata: Metadata({ authorization: `Bearer ${userId}` }), peer: '10.0.0.1:5' });
const target = { namespace: 'prod', key: 'a' };

describe('an audit', () => {
  let store: MemoryStore;
  let trail: AuditStage;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
  });

  afterEach(() => store.close());

  const open = (auditor: Auditor, options?: AuditOptions) => {
    trail = audit(auditor, options);
    return createInProcessClients(createConfigService(store, { guard: tokenGuard(), stages: { outer: [trail] } }));
  };

  const keeping = (): { auditor: Auditor; events: AuditEvent[] } => {
    const events: AuditEvent[] = [];
    return { auditor: { record: (more) => void events.push(...more) }, events };
  };

  it('records every write after it succeeded, with who, when and what', async () => {
    const { auditor, events } = keeping();
    const { service, operations } = open(auditor);
    const before = Date.now();
    await service.set({ ...target, value: json(1), comment: 'why', requestId: 'r1' }, as('ann'));
    await service.set({ ...target, key: 'pw', value: Buffer.from('hush'), codec: 'secret' }, as('ann'));
    await service.delete(target, as('bob'));
    await service.setAlias({ alias: 'x', target: 'pw' }, as('bob'));
    await service.deleteAlias({ alias: 'x' }, as('bob'));
    const set = { set: { key: 'c', value: json(2) } };
    await operations.batch({ namespace: 'prod', operations: [set, { delete: { key: 'c' } }] }, as('eve'));
    await operations.batch({ namespace: 'prod', operations: [set], dryRun: true }, as('eve'));
    await operations.restore({ namespace: 'prod', key: 'a', version: 1 }, as('eve'));
    await trail.flush();
    expect(events.map(({ userId, operation, key }) => `${userId} ${operation} ${key}`)).toEqual([
      'ann set a',
      'ann set pw',
      'bob delete a',
      'bob alias_set x',
      'bob alias_delete x',
      'eve set c',
      'eve delete c',
      'eve set a',
    ]);
    const [first, secret, deleted, alias] = events;
    expect(first).toMatchObject({
      namespace: 'prod',
      codec: 'json',
      metadata: { version: '1', revision: '1', request_id: 'r1', comment: 'why', peer: '10.0.0.1:5' },
    });
    expect(Buffer.from(first?.value ?? []).toString()).toBe('1');
    expect(first?.timeMs).toBeGreaterThanOrEqual(before);
    expect(secret).toMatchObject({ value: undefined, codec: 'secret', metadata: { redacted: 'true' } });
    expect(deleted?.metadata).toMatchObject({ version: '1', revision: '3' });
    expect(alias?.metadata).toMatchObject({ target: 'pw', method: '/config.v1.ConfigService/SetAlias' });
    expect(trail.stats).toEqual({ recorded: 8, failed: 0, dropped: 0 });
  });

  it('leaves out what failed, reads, and the values that it is told to', async () => {
    const { auditor, events } = keeping();
    const { service } = open(auditor, { redact: ['prod*'] });
    await service.set({ ...target, value: json(1) }, as('ann'));
    await service.get(target, as('ann'));
    await expect(service.set({ ...target, value: json(2), ifVersion: 7 }, as('ann'))).rejects.toThrow();
    await expect(service.set({ ...target, value: json(2) }, as('reader'))).rejects.toThrow();
    await trail.flush();
    expect(events).toMatchObject([{ key: 'a', value: undefined, metadata: { redacted: 'true' } }]);
  });

  it('records refusals where it is told to', async () => {
    const { auditor, events } = keeping();
    const { service } = open(auditor, { refusals: true });
    await expect(service.set({ ...target, value: json(1) }, as('reader'))).rejects.toThrow();
    await expect(service.get(target)).rejects.toThrow();
    await trail.flush();
    expect(events).toMatchObject([
      {
        userId: 'reader',
        operation: 'refused',
        namespace: 'prod',
        key: 'a',
        metadata: { code: 'PERMISSION_DENIED', action: 'write', reason: 'readers cannot write' },
      },
      { userId: '', operation: 'refused', metadata: { code: 'UNAUTHENTICATED', reason: 'missing token' } },
    ]);
  });

  it('that fails is logged and counted, and the write stands', async () => {
    const error = vi.fn();
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error };
    let isDown = true;
    const { auditor, events } = keeping();
    const record = (more: readonly AuditEvent[]) => {
      if (isDown) throw new Error('disk full');
      return auditor.record(more);
    };
    const { service } = open({ record }, { logger });
    expect((await service.set({ ...target, value: json(1) }, as('ann'))).entry?.version).toBe(1);
    await trail.flush();
    expect(trail.stats).toEqual({ recorded: 0, failed: 1, dropped: 0 });
    expect(error).toHaveBeenCalledWith(expect.objectContaining({ events: 1 }), 'events could not be audited');
    isDown = false;
    await service.set({ ...target, value: json(2) }, as('ann'));
    await trail.flush();
    expect([trail.stats.recorded, events.length]).toEqual([1, 1]);
    // The log of the store has both.
    expect((await store.audit()).records).toHaveLength(2);
  });

  it('does not fill the memory while its auditor hangs', async () => {
    let release = (): void => {};
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { service } = open({ record: () => hanging }, { maxWaiting: 2 });
    for (let count = 0; count < 10; count += 1) {
      await service.set({ ...target, value: json(count) }, as('ann'));
      await new Promise(setImmediate);
    }
    expect(trail.stats.dropped).toBe(7);
    release();
    await trail.flush();
    expect(trail.stats).toEqual({ recorded: 3, failed: 0, dropped: 7 });
  });

  it('goes into a table of SQLite', async () => {
    using database = new DatabaseSync(':memory:');
    const auditor = sqlAuditor(database);
    await auditor.createTable();
    await auditor.createTable();
    const { service } = open(auditor);
    await service.set({ ...target, value: json('x'), comment: "it's" }, as('ann'));
    await service.delete(target, as('bob'));
    await trail.flush();
    const rows = database.prepare('SELECT * FROM config_audit_log ORDER BY id').all();
    expect(rows).toMatchObject([
      { id: 1, user_id: 'ann', operation: 'set', namespace: 'prod', key: 'a', codec: 'json', value: 'Ingi' },
      { id: 2, user_id: 'bob', operation: 'delete', value: null, codec: null },
    ]);
    expect(JSON.parse(String(rows[0]?.metadata))).toMatchObject({ comment: "it's", version: '1' });
    expect(Date.parse(String(rows[0]?.ts))).not.toBeNaN();
  });

  it('refuses a table that is no name', () => {
    using database = new DatabaseSync(':memory:');
    for (const table of ['a b', 'x; DROP TABLE y', '', '1a', 'a.b.c']) {
      expect(() => sqlAuditor(database, { table })).toThrow('is not a table');
    }
  });

  it('goes into a log without its values, and to several auditors whichever fail', async () => {
    const info = vi.fn();
    const { auditor, events } = keeping();
    const failing = { record: () => Promise.reject(new Error('down')) };
    const log = logAuditor({ debug: () => {}, info, warn: () => {}, error: () => {} });
    const { service } = open(multiAuditor(failing, log, auditor));
    await service.set({ ...target, value: Buffer.from('"hush"') }, as('ann'));
    await trail.flush();
    expect(events).toHaveLength(1);
    expect(info).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(info.mock.calls)).not.toContain('hush');
    expect(trail.stats).toEqual({ recorded: 0, failed: 1, dropped: 0 });
  });
});

describe('a table that ListAudit reads', () => {
  it('has what the log has not: refusals, sign-ins, restores; page by page, and no more than is kept', async () => {
    await using store = new MemoryStore();
    await store.connect();
    using database = new DatabaseSync(':memory:');
    const auditor = sqlAuditor(database);
    await auditor.createTable();
    const trail = audit(auditor, { refusals: true, signIns: true, restores: true });
    const service = createConfigService(store, {
      guard: tokenGuard(),
      stages: { outer: [trail] },
      auditTrail: auditor,
    });
    const clients = createInProcessClients(service);
    await clients.service.set({ ...target, value: json(1) }, as('ann'));
    await clients.service.set({ ...target, value: json(2) }, as('ann'));
    await expect(clients.service.set({ ...target, value: json(3) }, as('reader'))).rejects.toThrow();
    await clients.operations.restore({ ...target, version: 1 }, as('bob'));
    await expect(clients.service.get(target)).rejects.toThrow();
    await trail.flush();
    // Another program's row, without metadata.
    database.exec(
      `INSERT INTO config_audit_log (ts, user_id, operation, namespace, key) VALUES ('2020-01-01T00:00:00.000Z', 'go', 'set', 'prod', 'z')`,
    );
    const list = (request: object) => clients.operations.listAudit(request, as('ann'));
    const told = ({ records }: Awaited<ReturnType<typeof list>>) =>
      records.map(({ userId, operation, key }) => `${userId} ${operation} ${key}`);
    const all = await list({});
    expect(told(all)).toEqual([
      'go set z',
      ' refused ',
      'bob restore a',
      'bob sign_in ',
      'bob set a',
      'reader sign_in ',
      'reader refused a',
      'ann set a',
      'ann sign_in ',
      'ann set a',
    ]);
    expect(all.records[2]?.metadata).toMatchObject({ changes: '1', revisions: '3-3' });
    expect(Buffer.from(all.records[4]?.value ?? []).toString()).toBe('1');
    expect(told(await list({ operation: 'refused', userId: 'reader' }))).toEqual(['reader refused a']);
    const before = { seconds: Date.parse('2021-01-01') / 1_000, nanos: 0 };
    expect(told(await list({ to: before }))).toEqual(['go set z']);
    const pages: string[] = [];
    let cursor = '';
    do {
      const page = await list({ limit: 3, cursor });
      pages.push(...told(page));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(pages).toEqual(told(all));
    await expect(list({ cursor: (await list({ limit: 1 })).nextCursor, key: 'a' })).rejects.toThrow('invalid cursor');
    expect(await auditor.prune(Date.parse('2021-01-01'))).toBe(1);
    expect(told(await list({}))).toEqual(told(all).slice(1));
  });
});
