import { type Logger, MemoryStore } from '@cfg/core';
import { createServer, Metadata, ServerError, Status } from 'nice-grpc';
import { RichServerError } from 'nice-grpc-error-details';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Call, createConfigService, fuse, type Stage } from '../index.js';
import { json } from '../test/bytes.js';
import { serve } from '../test/doors.js';
import { failure, first } from '../test/failure.js';
import { tokenGuard } from '../test/token-guard.js';

const target = { namespace: 'prod', key: 'a' };
const as = (userId: string) => ({ metadata: Metadata({ authorization: `Bearer ${userId}` }) });

describe('the middleware', () => {
  let store: MemoryStore;
  let lines: [level: string, fields: Record<string, unknown>, message: string][];
  let logger: Logger;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    lines = [];
    const level = (name: string) => (fields: object, message?: string) =>
      void lines.push([name, fields as Record<string, unknown>, message ?? '']);
    logger = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
  });

  afterEach(() => store.close());

  it('logs each call once, when it ends', async () => {
    const guard = tokenGuard();
    const scoped = {
      ...guard,
      authorize: async (...asked: Parameters<typeof guard.authorize>) => ({
        scope: 'team',
        ...(await guard.authorize(...asked)),
      }),
    };
    await using door = await serve(createConfigService(store, { guard: scoped, logger }));
    const { client } = door;
    const last = () => vi.waitFor(() => lines.splice(0).at(-1) ?? expect.fail('nothing logged'));
    await client.set({ ...target, value: json(1) }, as('ann'));
    const [level, fields, message] = await last();
    expect([level, message]).toEqual(['debug', 'call']);
    expect(fields).toMatchObject({ method: '/config.v1.ConfigService/Set', userId: 'ann', code: 'OK', scope: 'team' });
    expect(fields.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(fields.durationMs).toBeGreaterThan(0);
    await failure(client.get({ ...target, key: 'none' }, as('ann')));
    expect(await last()).toMatchObject(['debug', { code: 'NOT_FOUND' }, 'call']);
    await failure(client.get(target, as('nobody')));
    expect(await last()).toMatchObject(['info', { code: 'PERMISSION_DENIED', userId: 'nobody' }, 'call']);
    await failure(client.get(target));
    expect(await last()).toMatchObject([
      'info',
      { code: 'UNAUTHENTICATED', userId: '', reason: 'missing token' },
      'call',
    ]);
    await first(1, client.watch({ startRevision: 0 }, as('ann')));
    expect(await last()).toMatchObject(['debug', { code: 'CANCELLED' }, 'call']);
    await failure(client.get(target, as('boom')));
    const failed = await vi.waitFor(() => (lines.length === 2 ? lines : expect.fail('not yet')));
    expect(failed).toMatchObject([
      ['error', { err: { cause: { message: 'policy engine exploded' } } }, 'call failed'],
      ['error', { code: 'INTERNAL', reason: 'internal error' }, 'call'],
    ]);
  });

  it('makes no record of a level that is off', async () => {
    const quiet = { ...logger, isLevelEnabled: (level: string) => level !== 'debug' };
    await using door = await serve(createConfigService(store, { guard: tokenGuard(), logger: quiet }));
    const { client } = door;
    await client.set({ ...target, value: json(1) }, as('ann'));
    await failure(client.get(target, as('nobody')));
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    expect(lines[0]).toMatchObject(['info', { code: 'PERMISSION_DENIED' }, 'call']);
  });

  it('survives a logger that throws', async () => {
    const broken = () => {
      throw new Error('log disk full');
    };
    const loud = { debug: broken, info: broken, warn: broken, error: broken };
    await using door = await serve(createConfigService(store, { guard: tokenGuard(), logger: loud }));
    await door.client.set({ ...target, value: json(1) }, as('ann'));
    expect(await failure(door.client.get(target, as('boom')))).toMatchObject({ code: 'INTERNAL' });
  });

  it('can be composed of stages, some of them not the service’s', async () => {
    const service = createConfigService(store, { guard: tokenGuard() });
    const { recovery, authentication, features } = service.stages;
    const order: string[] = [];
    const note: Stage = {
      enter: async ({ identity }: Call) => {
        order.push(`enter ${identity.userId}`);
        if (identity.userId === 'throttled') {
          throw new RichServerError(Status.RESOURCE_EXHAUSTED, 'slow down', [
            { $type: 'google.rpc.ErrorInfo', reason: 'TOO_FAST', domain: 'x', metadata: {} },
          ]);
        }
      },
      fail: (_call, error) => {
        order.push('fail');
        return error;
      },
      leave: (_call, error) => {
        order.push(error instanceof ServerError ? `leave ${Status[error.code]}` : 'leave');
      },
    };
    const server = createServer().use(fuse(features)).use(fuse(recovery, authentication)).use(fuse(recovery, note));
    await using door = await serve(service, server);
    await door.client.set({ ...target, value: json(1) }, as('ann'));
    expect(order.splice(0)).toEqual(['enter ann', 'leave']);
    expect(await failure(door.client.get(target, as('nobody')))).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(order.splice(0)).toEqual(['enter nobody', 'fail', 'leave PERMISSION_DENIED']);
    const throttled = { code: 'RESOURCE_EXHAUSTED', message: 'slow down', reason: 'TOO_FAST' };
    expect(await failure(door.client.get(target, as('throttled')))).toMatchObject(throttled);
    expect(await failure(first(1, door.client.watch({}, as('throttled'))))).toMatchObject(throttled);
  });

  it('does not take another service’s word for who calls', async () => {
    const other = createConfigService(store, {
      guard: { ...tokenGuard(), authenticate: () => ({ userId: 'admin', claims: {} }) },
    });
    const service = createConfigService(store, { guard: tokenGuard() });
    await using door = await serve(service, createServer().use(other.middleware));
    expect(await failure(door.client.get(target))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await failure(door.client.get(target, as('nobody')))).toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});
