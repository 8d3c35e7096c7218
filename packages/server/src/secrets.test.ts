import { MemoryStore, SecretPolicy } from '@cfg/core';
import { type AuditEvent, audit, type Guard } from '@cfg/service';
import { ClientError, Metadata, Status } from 'nice-grpc';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AnyClients, openThreeDoors, type ThreeDoors } from './test/three-doors.js';

const canary = 'hunter2-canary';
const plain = 'nothing to hide';

/** Whoever calls may do everything but reveal, which only `boss` may, and `half` below one prefix. */
const guard: Guard = {
  authenticate: ({ metadata }) => ({ userId: metadata.get('authorization') ?? '', claims: {} }),
  authorize: ({ userId }, action, { key, prefix }) => {
    const may = userId === 'boss' || (userId === 'half' && `${key}${prefix}`.startsWith('half/'));
    return { allowed: action !== 'reveal' || may, reason: `${userId} may not ${action}` };
  },
};

const raw = (text: string) => ({ bytes: Buffer.from(text), codec: 'raw', type: 'custom' as const });

/** A form of the text in which an answer could carry it: in JSON and SSE it is base64. */
const forms = [canary, Buffer.from(canary).toString('base64').slice(0, 16)];

/** Everything that an answer holds, as text. */
const textOf = (answer: unknown): string =>
  JSON.stringify(answer, (_, value) =>
    value?.type === 'Buffer' || value instanceof Uint8Array ? Buffer.from(value.data ?? value).toString() : value,
  );

const shows = (answer: unknown): boolean => forms.some((form) => textOf(answer).includes(form));

const service = 'config.v1.ConfigService';
const operations = 'config.v1.ConfigOperations';

/** The calls that answer with entries, secret ones among them. */
const calls: readonly { rpc: string; method: string; request: object; path?: string }[] = [
  { rpc: service, method: 'list', request: { namespace: 'app' }, path: 'GET /v1/namespaces/app/keys' },
  {
    rpc: service,
    method: 'list',
    request: { namespace: 'app', prefix: 'db/' },
    path: 'GET /v1/namespaces/app/keys?prefix=db/',
  },
  {
    rpc: service,
    method: 'list',
    request: { namespace: 'app', atRevision: 3 },
    path: 'GET /v1/namespaces/app/keys?at_revision=3',
  },
  {
    rpc: service,
    method: 'getVersions',
    request: { namespace: 'app', key: 'db/password' },
    path: 'GET /v1/namespaces/app/keys/db/password/versions',
  },
  { rpc: service, method: 'snapshot', request: { namespace: 'app' }, path: 'GET /v1/namespaces/app/snapshot' },
  {
    rpc: service,
    method: 'snapshot',
    request: { namespace: 'app', atRevision: 3 },
    path: 'GET /v1/namespaces/app/snapshot?at_revision=3',
  },
  { rpc: operations, method: 'restore', request: { namespace: 'app', key: 'db/password', version: 1, dryRun: true } },
];

describe('a secret', () => {
  const store = new MemoryStore({ secrets: new SecretPolicy(['app/db/', 'app/half/']) });
  const trail: AuditEvent[] = [];
  const stage = audit({ record: (events) => void trail.push(...events) });
  let doors: ThreeDoors;

  beforeAll(async () => {
    await store.connect();
    await store.set('app', 'plain', raw(plain));
    await store.set('app', 'db/password', raw(canary));
    await store.set('app', 'typed', { bytes: Buffer.from(canary), codec: 'secret', type: 'secret' });
    await store.set('app', 'db/password', raw(`${canary}2`));
    await store.set('app', 'half/a', raw(plain));
    doors = await openThreeDoors(store, { guard, stages: { outer: [stage] } });
  });
  beforeEach(async () => {
    await stage.flush();
    trail.length = 0;
  });
  afterAll(() => doors[Symbol.asyncDispose]());

  const clients = (): readonly AnyClients[] => [doors.grpc, doors.inProcess];
  const as = (user: string, more: Record<string, string> = {}) => ({
    metadata: Metadata({ authorization: user, ...more }),
  });
  const fetchAs = (user: string, route: string, headers: Record<string, string> = {}) => {
    const [method = 'GET', path = ''] = route.split(' ');
    return fetch(doors.url + path, { method, headers: { authorization: user, ...headers } });
  };
  const reveals = async (): Promise<AuditEvent[]> => {
    await stage.flush();
    return trail.filter(({ operation }) => operation === 'reveal');
  };

  it.each(calls)('of $method $request is masked for who may not reveal it', async ({ rpc, method, request, path }) => {
    for (const client of clients()) {
      const call = (...args: Parameters<typeof as>) => client[rpc]?.[method]?.(request, as(...args));
      const masked = await call('ann');
      expect(shows(masked)).toBe(false);
      expect(textOf(masked)).toContain('"masked":true');
      expect(await reveals()).toEqual([]);
      expect(shows(await call('boss', { 'x-cfg-secrets': 'masked' }))).toBe(false);
      expect(await reveals()).toEqual([]);
      expect(shows(await call('boss'))).toBe(true);
      expect(await reveals()).toMatchObject([{ userId: 'boss', namespace: 'app', value: undefined }]);
      trail.length = 0;
    }
    if (path === undefined) return;
    const masked = await (await fetchAs('ann', path)).text();
    expect(masked).toContain('"masked":true');
    expect(shows(masked)).toBe(false);
    expect(shows(await (await fetchAs('boss', path)).text())).toBe(true);
    expect(shows(await (await fetchAs('boss', path, { 'x-cfg-secrets': 'masked' })).text())).toBe(false);
  });

  it('that is asked for by its key is refused, or masked where masks were asked for', async () => {
    for (const client of clients()) {
      const get = async (...args: Parameters<typeof as>) =>
        client[service]?.get?.({ namespace: 'app', key: 'db/password' }, as(...args));
      const error = await get('ann').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ClientError);
      expect(error).toMatchObject({ code: Status.PERMISSION_DENIED, details: 'ann may not reveal' });
      expect(await get('ann', { 'x-cfg-secrets': 'masked' })).toMatchObject({
        entry: { key: 'db/password', version: 2, codec: 'raw', secret: true, masked: true, value: new Uint8Array(0) },
      });
      expect(await reveals()).toEqual([]);
      expect(await get('boss')).toMatchObject({ entry: { secret: true, masked: false } });
      expect(await reveals()).toMatchObject([{ key: 'db/password', metadata: { version: '2' } }]);
      trail.length = 0;
    }
    const route = 'GET /v1/namespaces/app/keys/db/password';
    const masks = { 'x-cfg-secrets': 'masked' };
    expect((await fetchAs('ann', route)).status).toBe(403);
    expect((await fetchAs('ann', `${route}?raw`)).status).toBe(403);
    expect((await fetchAs('ann', `${route}?raw`, masks)).status).toBe(403);
    expect(await (await fetchAs('boss', `${route}?raw`)).text()).toBe(`${canary}2`);
    const masked = await fetchAs('boss', route, masks);
    const revealed = await fetchAs('boss', route);
    expect(await masked.json()).toMatchObject({ entry: { value: '', masked: true } });
    // Who has the mask has not the value.
    expect(revealed.headers.get('etag')).not.toBe(masked.headers.get('etag'));
  });

  it('is shown of a list as far as the caller may reveal', async () => {
    for (const client of clients()) {
      expect(await client[service]?.list?.({ namespace: 'app' }, as('half'))).toMatchObject({
        entries: [
          { key: 'db/password', masked: true },
          { key: 'half/a', masked: false },
          { key: 'plain', masked: false },
          { key: 'typed', masked: true },
        ],
      });
    }
    expect(await reveals()).toMatchObject([{ key: 'half/a' }, { key: 'half/a' }]);
  });

  it('is masked in a watch', async () => {
    for (const client of clients()) {
      const watch = async (user: string, request: object) => {
        const stream = client[service]?.watch?.(request, as(user)) as AsyncIterable<unknown>;
        const seen: unknown[] = [];
        for await (const event of stream) if (seen.push(event) === 5) break;
        return seen;
      };
      for (const request of [{ namespaces: ['app'], startRevision: 0 }, { startRevision: 0 }]) {
        expect(shows(await watch('ann', request))).toBe(false);
        expect(await reveals()).toEqual([]);
        expect(shows(await watch('boss', request))).toBe(true);
        expect(await reveals()).toHaveLength(4);
        trail.length = 0;
      }
    }
  });

  it.each([
    ['ann', '', false],
    ['boss', '', true],
    ['boss', '&secrets=masked', false],
  ])('is masked in server-sent events: %s%s', async (user, query, isShown) => {
    const { logId } = await store.revision();
    const abort = new AbortController();
    const response = await fetch(`${doors.url}/v1/watch?namespaces=app${query}`, {
      headers: { authorization: user, 'last-event-id': `0-${logId}` },
      signal: abort.signal,
    });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('half/a')) break;
    }
    abort.abort();
    expect(shows(text)).toBe(isShown);
    expect(text.includes('"masked":true')).toBe(!isShown);
  });

  it('is not told by a difference of its versions', async () => {
    const difference = async (user: string) =>
      (await fetchAs(user, 'GET /v1/namespaces/app/keys/db/password/diff?v1=1&v2=0')).json();
    expect(await difference('ann')).toMatchObject({ masked: true, changed: true });
    expect(shows(await difference('ann'))).toBe(false);
    expect(shows(await difference('boss'))).toBe(true);
  });

  it('is masked in the answer to a batch; who sets it gets its own value back', async () => {
    for (const client of clients()) {
      const set = { key: 'db/other', value: Buffer.from(canary), codec: 'raw' };
      const batch = await client[operations]?.batch?.({ namespace: 'app', operations: [{ set }] }, as('ann'));
      expect(shows(batch)).toBe(false);
      const requestId = `id-${Math.random()}`;
      const own = await client[service]?.set?.({ namespace: 'app', ...set, requestId }, as('boss'));
      expect(shows(own)).toBe(true);
      // The same request id, from somebody who does not know the value.
      const others = { namespace: 'app', ...set, value: Buffer.from('x'), requestId };
      expect(shows(await client[service]?.set?.(others, as('ann')))).toBe(false);
    }
  });

  it('is found by its key, and never by its value', async () => {
    const value = { bytes: Buffer.from(JSON.stringify(canary)), codec: 'json', type: 'string' as const };
    await store.set('app', 'db/json', value);
    for (const client of clients()) {
      const search = (query: string) => client[operations]?.search?.({ query }, as('boss'));
      expect(await search(canary)).toMatchObject({ matches: [] });
      const byKey = await search('db/json');
      expect(byKey).toMatchObject({
        matches: [{ entry: { key: 'db/json', masked: true }, inKey: true, inValue: false }],
      });
      expect(shows(byKey)).toBe(false);
    }
    await store.delete('app', 'db/json');
  });

  it('is kept out of both trails', async () => {
    await doors.inProcess[service]?.set?.(
      { namespace: 'app', key: 'db/password', value: Buffer.from(canary), codec: 'raw' },
      as('boss'),
    );
    for (const client of clients()) {
      expect(shows(await client[operations]?.listAudit?.({ namespace: 'app' }, as('boss')))).toBe(false);
    }
    await stage.flush();
    expect(trail).toMatchObject([{ operation: 'set', value: undefined, metadata: { redacted: 'true' } }]);
    expect(shows(trail)).toBe(false);
  });

  it('is not taken for a value that can be written back', async () => {
    const masked = (await store.get('app', 'db/password')).asMasked();
    await expect(store.set('app', 'db/password', masked)).rejects.toMatchObject({ code: 'invalid_value' });
    const batch = store.batch('app', [{ type: 'set', key: 'db/password', value: masked }]);
    await expect(batch).rejects.toMatchObject({ code: 'invalid_value' });
  });
});
