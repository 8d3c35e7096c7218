import { ConfigError, type Logger, MemoryStore } from '@cfg/core';
import { createServer, Metadata, Status } from 'nice-grpc';
import { RichServerError } from 'nice-grpc-error-details';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CallView, createConfigService, type Outcome, type Stage } from '../index.js';
import { json } from '../test/bytes.js';
import { doors, type OpenDoor, serve } from '../test/doors.js';
import { failure, first } from '../test/failure.js';
import { tokenGuard } from '../test/token-guard.js';

const target = { namespace: 'prod', key: 'a' };
const as = (userId: string) => ({ metadata: Metadata({ authorization: `Bearer ${userId}` }) });

type Line = readonly [level: string, fields: Record<string, unknown>, message: string];

describe('the log of calls', () => {
  let store: MemoryStore;
  let lines: Line[];
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

  const last = () => vi.waitFor(() => lines.at(-1) ?? expect.fail('nothing logged'));
  const open = () => serve(createConfigService(store, { guard: scopedGuard(), logger }));

  it('has a call once, when it ends', async () => {
    await using door = await open();
    await door.client.set({ ...target, value: json(1) }, as('ann'));
    const [level, fields, message] = await last();
    expect([level, message]).toEqual(['debug', 'call']);
    expect(fields).toMatchObject({ method: '/config.v1.ConfigService/Set', userId: 'ann', code: 'OK', scope: 'team' });
    expect(fields.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(fields.durationMs).toBeGreaterThan(0);
    expect(lines).toHaveLength(1);
  });

  it.each([
    ['debug', 'ann', { code: 'NOT_FOUND', userId: 'ann' }],
    ['info', 'nobody', { code: 'PERMISSION_DENIED', userId: 'nobody' }],
    ['info', undefined, { code: 'UNAUTHENTICATED', userId: '', reason: 'missing token' }],
  ])('has a refused call at the level %s', async (level, userId, fields) => {
    await using door = await open();
    await failure(door.client.get(target, userId === undefined ? {} : as(userId)));
    expect(await last()).toMatchObject([level, fields, 'call']);
  });

  it('has a watch that its reader left', async () => {
    await using door = await open();
    await store.set('prod', 'a', { bytes: json(1), codec: 'json', type: 'int' });
    await first(1, door.client.watch({ startRevision: 0 }, as('ann')));
    expect(await last()).toMatchObject(['debug', { code: 'CANCELLED' }, 'call']);
  });

  it('has the cause of an internal error, which the caller is not told', async () => {
    await using door = await open();
    await failure(door.client.get(target, as('boom')));
    await vi.waitFor(() => expect(lines).toHaveLength(2));
    expect(lines).toMatchObject([
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
});

describe.each(doors)('stages of one’s own, through $name', ({ open }) => {
  let store: MemoryStore;
  const notes: string[] = [];
  const seen: CallView[] = [];
  const outcomes: Outcome[] = [];
  const note = (name: string): Stage => ({
    enter: ({ identity }) => void notes.push(`${name}+${identity.userId}`),
    leave: (_call, { status }) => void notes.push(`${name}-${Status[status]}`),
  });
  const limit: Stage = {
    async enter({ identity, trailer }) {
      if (identity.userId !== 'hasty') return;
      trailer.set('retry-after', '3');
      const info = { $type: 'google.rpc.ErrorInfo', reason: 'TOO_FAST', domain: 'x', metadata: {} } as const;
      throw new RichServerError(Status.RESOURCE_EXHAUSTED, 'slow down', [info]);
    },
    leave(call, outcome) {
      seen.push(call);
      outcomes.push(outcome);
    },
  };

  const through = async (stages: { outer?: Stage[]; authenticated?: Stage[] }): Promise<OpenDoor> =>
    open(createConfigService(store, { guard: scopedGuard(), stages }));

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
    for (const list of [notes, seen, outcomes]) list.length = 0;
  });

  afterEach(() => store.close());

  it('are entered and left in order, by every call', async () => {
    await using door = await through({ outer: [note('a'), note('b')], authenticated: [note('c')] });
    await door.client.set({ ...target, value: json(1) }, as('ann'));
    expect(notes.splice(0)).toEqual(['a+', 'b+', 'c+ann', 'c-OK', 'b-OK', 'a-OK']);
    await failure(door.client.get({ ...target, key: 'none' }, as('ann')));
    expect(notes.splice(0).slice(3)).toEqual(['c-NOT_FOUND', 'b-NOT_FOUND', 'a-NOT_FOUND']);
    await failure(door.client.get(target));
    expect(notes.splice(0)).toEqual(['a+', 'b+', 'b-UNAUTHENTICATED', 'a-UNAUTHENTICATED']);
    await first(1, door.client.watch({ startRevision: 0 }, as('ann')));
    await vi.waitFor(() => expect(notes).toHaveLength(6));
    expect(notes.slice(2)).toEqual(['c+ann', 'c-CANCELLED', 'b-CANCELLED', 'a-CANCELLED']);
  });

  it('can refuse a call', async () => {
    await using door = await through({ outer: [note('a')], authenticated: [limit, note('c')] });
    const refused = { code: 'RESOURCE_EXHAUSTED', message: 'slow down', reason: 'TOO_FAST' };
    const after: (string | undefined)[] = [];
    const onTrailer = (trailer: Metadata): void => void after.push(trailer.get('retry-after'));
    expect(await failure(door.client.get(target, { ...as('hasty'), onTrailer }))).toMatchObject(refused);
    expect(await failure(first(1, door.client.watch({}, as('hasty'))))).toMatchObject(refused);
    expect(after).toEqual(['3']);
    expect(notes).toEqual(['a+', 'a-RESOURCE_EXHAUSTED', 'a+', 'a-RESOURCE_EXHAUSTED']);
  });

  it('see what a call is about, and how it ended', async () => {
    await using door = await through({ authenticated: [limit] });
    const { client } = door;
    await client.set({ ...target, value: json(1) }, as('ann'));
    await failure(client.set({ ...target, value: json(1) }, as('reader')));
    await failure(client.get({ ...target, key: 'none' }, as('ann')));
    const resource = { namespace: 'prod', key: 'a', prefix: '' };
    expect(
      seen.map(({ method, identity, asked, decision }) => [method.slice(25), identity.userId, asked, decision]),
    ).toEqual([
      ['Set', 'ann', [{ action: 'write', resource }], { allowed: true, scope: 'team' }],
      [
        'Set',
        'reader',
        [{ action: 'write', resource }],
        { allowed: false, reason: 'readers cannot write', scope: 'team' },
      ],
      ['Get', 'ann', [{ action: 'read', resource: { ...resource, key: 'none' } }], { allowed: true, scope: 'team' }],
    ]);
    expect(seen[0]).toMatchObject({ request: target });
    expect(outcomes.map(({ status }) => Status[status])).toEqual(['OK', 'PERMISSION_DENIED', 'NOT_FOUND']);
    expect(outcomes[2]).toMatchObject({ cause: { code: 'not_found' } });
  });

  it('cannot break a call at its end', async () => {
    const broken: Stage = {
      leave() {
        throw new Error('no room for metrics');
      },
    };
    await using door = await through({ outer: [note('a')], authenticated: [broken] });
    await door.client.set({ ...target, value: json(1) }, as('ann'));
    expect(notes).toEqual(['a+', 'a-OK']);
  });

  it('may refuse with an error of a store', async () => {
    const closed: Stage = {
      enter() {
        throw new ConfigError('read_only', 'for tonight');
      },
    };
    await using door = await through({ outer: [closed] });
    const refused = { code: 'FAILED_PRECONDITION', message: 'for tonight', reason: 'READ_ONLY' };
    expect(await failure(door.client.get(target, as('ann')))).toMatchObject(refused);
    expect(await failure(first(1, door.client.watch({}, as('ann'))))).toMatchObject(refused);
  });
});

it('does not take another service’s word for who calls', async () => {
  await using store = new MemoryStore();
  await store.connect();
  const other = createConfigService(store, {
    guard: { ...tokenGuard(), authenticate: () => ({ userId: 'admin', claims: {} }) },
  });
  const service = createConfigService(store, { guard: tokenGuard() });
  await using door = await serve(service, createServer().use(other.middleware));
  expect(await failure(door.client.get(target))).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await failure(door.client.get(target, as('nobody')))).toMatchObject({ code: 'PERMISSION_DENIED' });
});

/** The guard of the recordings, whose decisions have a scope and come by a promise. */
function scopedGuard(): ReturnType<typeof tokenGuard> {
  const guard = tokenGuard();
  return { ...guard, authorize: async (...asked) => ({ scope: 'team', ...(await guard.authorize(...asked)) }) };
}
