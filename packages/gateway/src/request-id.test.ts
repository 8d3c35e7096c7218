import type { GuardContext } from '@cfg/service';
import { allowAll } from '@cfg/service';
import { describe, expect, it } from 'vitest';
import { doors, openDoor } from './test/doors.js';
import { ask } from './test/http.js';

describe.each(doors)('the id of a request, %s', (door) => {
  it("is the caller's, or a new one, for the service, its log, and the answer", async () => {
    const seen: unknown[] = [];
    const logged: unknown[] = [];
    const guard = {
      ...allowAll(),
      authenticate: ({ metadata }: GuardContext) => {
        seen.push(metadata.get('x-request-id'));
        return { userId: '', claims: {} };
      },
    };
    const note = (fields: object): void => {
      if ('requestId' in fields) logged.push(fields.requestId);
    };
    const logger = { debug: note, info: note, warn: note, error: note, isLevelEnabled: () => true };
    await using opened = await openDoor(door, { service: { guard, logger } });
    const own = await ask(opened.url, '/v1/codecs', { headers: { 'x-request-id': 'job-7' } });
    const made = await ask(opened.url, '/v1/namespaces/a/keys/none');
    const refused = await ask(opened.url, '/v1/codecs', { headers: { 'x-request-id': 'a b' } });
    const ids = [own, made, refused].map(({ headers }) => headers['x-request-id']);
    expect(ids).toEqual(['job-7', expect.stringMatching(/^[\da-f-]{36}$/), expect.stringMatching(/^[\da-f-]{36}$/)]);
    expect(seen).toEqual(ids);
    expect(logged).toEqual(ids);
    expect((await ask(opened.url, '/nope')).headers['x-request-id']).toBeDefined();
  });
});

describe.each(doors)('the time of a request, %s', (door) => {
  it('is bounded by the gateway, also while the body is awaited', async () => {
    const authenticate = () => new Promise<never>(() => {});
    const late = { status: 504, json: { code: 4 } };
    const guard = { ...allowAll(), authenticate };
    await using opened = await openDoor(door, { service: { guard }, gateway: { callTimeoutMs: 50 } });
    const path = '/v1/namespaces/a/keys/b';
    expect(await ask(opened.url, path)).toMatchObject(late);
    expect(await ask(opened.url, path, { headers: { 'grpc-timeout': '1H' } })).toMatchObject(late);
    const stalled = ask(opened.url, path, { method: 'PUT', body: '1', headers: { 'content-length': '2' } });
    expect(await stalled).toMatchObject(late);
  });
});
