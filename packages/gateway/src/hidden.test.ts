import { MemoryStore } from '@cfg/core';
import type { Guard } from '@cfg/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from './index.js';
import { doors, type OpenDoor, openDoor } from './test/doors.js';
import { type Ask, ask } from './test/http.js';
import { SseClient } from './test/sse-client.js';

/** Nothing of this may be told to who may only see the namespace `mine`. */
const value = 'value-of-theirs';
const secrets = [
  'theirs-namespace',
  'theirs/key',
  'theirs-gone',
  'theirs-alias',
  'theirs-flag',
  'author-of-theirs',
  'comment-of-theirs',
  value,
  Buffer.from(JSON.stringify(value)).toString('base64'),
];

/** The token is the user id. `admin` may do everything, `mine` everything within `mine`, and ask for lists of namespaces. */
const guard: Guard = {
  authenticate: ({ metadata }) => ({ userId: metadata.get('authorization')?.slice(7) ?? 'nobody', claims: {} }),
  authorize({ userId }, action, { namespace, key }) {
    const lists = action === 'list' && namespace === '' && key === '';
    const watches = action === 'watch' && namespace === '';
    const audits = action === 'audit' && namespace === '';
    const allowed = userId === 'admin' || (userId === 'mine' && (namespace === 'mine' || lists || watches || audits));
    return allowed ? { allowed } : { allowed, reason: 'not yours' };
  },
};

const base64 = (text: string): string => Buffer.from(JSON.stringify(text)).toString('base64');

/** A path, and what else there is to say. */
type Request = readonly [path: string, asked?: Ask];

/** Requests that name nothing of theirs. */
const nameless: readonly Request[] = [
  ['/v1/namespaces'],
  ['/v1/namespaces?prefix=t'],
  ['/v1/aliases'],
  ['/v1/codecs'],
  ['/v1/search?query=heirs'],
  ['/v1/search?query=value&in=VALUES'],
  ['/v1/search?query=heirs&in=BOTH&namespacePrefix=t'],
  ['/v1/audit'],
  ['/v1/audit?userId=author'],
  ['/v1/namespaces/mine/keys'],
  ['/v1/namespaces/mine/snapshot'],
  ['/v1/namespaces/mine/access'],
  ['/v1/namespaces/mine/keys/own/versions?includeDeleted=true'],
  ['/v1/namespaces/mine/keys/own/diff?v1=1&v2=0'],
  ['/v1/namespaces/mine/restore', { method: 'POST', body: { revision: '1', dryRun: true } }],
  ['/v1/namespaces/mine/ofrep/v1/evaluate/flags', { method: 'POST', body: {} }],
  ['/openapi.json'],
  ['/docs'],
  ['/metrics'],
  ['/healthz'],
  ['/readyz'],
];

/** Requests for a key of their namespace: what is answered must not depend on whether there is one. */
const within = (namespace: string, key: string): readonly Request[] => {
  const at = `/v1/namespaces/${namespace}`;
  const write = { value: base64('x'), codec: 'json' };
  return [
    [`${at}/keys/${key}`],
    [`${at}/keys/${key}?raw`],
    [`${at}/keys/${key}`, { headers: { 'if-none-match': '*' } }],
    [`${at}/keys/${key}`, { method: 'HEAD' }],
    [`${at}/keys/${key}?atRevision=2`],
    [`${at}/keys/${key}/versions`],
    [`${at}/keys/${key}/versions?version=1`],
    [`${at}/keys/${key}/diff?v1=1&v2=0`],
    [`${at}/keys/${key}`, { method: 'PUT', body: '1', headers: { 'if-match': '*' } }],
    [`${at}/keys/${key}`, { method: 'PUT', body: '1', headers: { 'if-none-match': '*' } }],
    [`${at}/keys/${key}`, { method: 'POST', body: { ...write, ifVersion: '7' } }],
    [`${at}/keys/${key}`, { method: 'DELETE', headers: { 'if-match': '"9-9"' } }],
    [`${at}/keys`],
    [`${at}/keys?includeDeleted=true`],
    [`${at}/snapshot`],
    [`${at}/access?key=${encodeURIComponent(key)}`],
    [`${at}/batch`, { method: 'POST', body: { operations: [{ delete: { key, ifVersion: '7' } }], dryRun: true } }],
    [`${at}/restore`, { method: 'POST', body: { key, version: '1', dryRun: true } }],
    [`${at}/restore`, { method: 'POST', body: { revision: '1', dryRun: true } }],
    [`${at}/ofrep/v1/evaluate/flags/${key}`, { method: 'POST', body: {} }],
    [`${at}/ofrep/v1/evaluate/flags`, { method: 'POST', body: {} }],
    [`/v1/audit?namespace=${namespace}&key=${encodeURIComponent(key)}`],
    [`/v1/search?query=key&namespacePrefix=${namespace}`],
    [`/v1/watch?namespaces=${namespace}`],
    [`/v1/watch?namespaces=mine&namespaces=${namespace}`],
  ];
};

describe.each(doors)('a client that may not see a namespace, %s', (door) => {
  let opened: OpenDoor;
  let store: MemoryStore;

  beforeAll(async () => {
    store = new MemoryStore();
    await store.connect();
    const metrics = createMetrics({ store });
    const service = { guard, stages: { outer: [metrics.stage] } };
    opened = await openDoor(door, { store, service, gateway: { metrics } });
    const json = (data: unknown) => ({
      bytes: Buffer.from(JSON.stringify(data)),
      codec: 'json',
      type: 'string' as const,
    });
    const written = { author: 'author-of-theirs', comment: 'comment-of-theirs' };
    await store.set('mine', 'own', json('a'));
    await store.set('theirs-namespace', 'theirs/key', json(value), written);
    await store.set('theirs-namespace', 'theirs-gone', json(value), written);
    await store.delete('theirs-namespace', 'theirs-gone', written);
    await store.set('theirs-namespace', 'flags/theirs-flag', json(value));
    await store.setAlias('theirs-alias', 'theirs/key', written);
    await store.set('mine', 'own', json('b'));
  });

  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
    await store.close();
  });

  const as = (user: string, path: string, asked: Ask = {}): ReturnType<typeof ask> =>
    ask(opened.url, path, { ...asked, headers: { ...asked.headers, authorization: `Bearer ${user}` } });

  const toldOf = ({ text, headers }: Awaited<ReturnType<typeof ask>>): readonly string[] =>
    secrets.filter((secret) => `${text}${JSON.stringify(headers)}`.includes(secret));

  it.each(nameless.map((each) => [each[0], each] as const))(
    'is told nothing of it by %s',
    async (_name, [path, asked]) => {
      expect(toldOf(await as('mine', path, asked))).toEqual([]);
    },
  );

  it('though all of that is told to who may see it', async () => {
    const told = new Set<string>();
    for (const [path, asked] of nameless) for (const secret of toldOf(await as('admin', path, asked))) told.add(secret);
    expect([...told]).toEqual(expect.arrayContaining(['theirs-namespace', 'theirs/key', 'theirs-alias']));
    expect(told).toContain('comment-of-theirs');
  });

  it.each(within('N', 'K').map((each) => [`${each[1]?.method ?? 'GET'} ${each[0]}`, each] as const))(
    'cannot tell by %s what there is',
    async (_name, [path, asked]) => {
      const filled = (text: string, namespace: string, key: string): string =>
        text
          .replaceAll('namespaces/N', `namespaces/${namespace}`)
          .replaceAll('=N', `=${namespace}`)
          .replaceAll('K', key);
      const request = async (namespace: string, key: string) => {
        const body = asked?.body && JSON.parse(filled(JSON.stringify(asked.body), namespace, key));
        const answer = await as('mine', filled(path, namespace, key), { ...asked, ...(body && { body }) });
        const { 'x-request-id': _, date: __, ...headers } = answer.headers;
        return { status: answer.status, headers, text: answer.text };
      };
      const there = await request('theirs-namespace', 'theirs%2Fkey');
      expect(await request('theirs-namespace', 'theirs%2Fnone')).toEqual(there);
      expect(await request('nobodys-namespace', 'theirs%2Fkey')).toEqual(there);
      expect(secrets.filter((secret) => there.text.includes(secret))).toEqual([]);
    },
  );

  it('gets only its own by a watch of everything, replayed and live', async () => {
    const { logId } = await store.revision();
    for (const lastEventId of [`0-${logId}`, `3-${logId}`]) {
      const headers = { authorization: 'Bearer mine', 'last-event-id': lastEventId };
      using client = await SseClient.open(opened.url, '', headers);
      const last = { bytes: Buffer.from('"last"'), codec: 'json', type: 'string' as const };
      await store.set('theirs-namespace', 'theirs/key', { ...last, bytes: Buffer.from(JSON.stringify(value)) });
      await store.setAlias('theirs-alias-2', 'theirs/key');
      await store.deleteAlias('theirs-alias-2');
      await store.set('mine', 'last', last);
      for (let key: unknown; key !== 'last'; ) key = (await client.event()).data?.key;
      expect(secrets.filter((secret) => client.text.includes(secret))).toEqual([]);
      expect(client.text).toContain('"namespace":"mine"');
    }
  });

  it('gets a reset that tells no more than that it must read again', async () => {
    const headers = { authorization: 'Bearer mine', 'last-event-id': '1-another-log' };
    using client = await SseClient.open(opened.url, '', headers);
    expect(await client.event()).toMatchObject({ event: 'reset', data: { reason: 'REVISION_COMPACTED' } });
    expect(secrets.filter((secret) => client.text.includes(secret))).toEqual([]);
  });
});
