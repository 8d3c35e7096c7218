import { ConfigError } from '@cfg/core';
import type { Guard } from '@cfg/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noAuth } from '../index.js';
import { BuiltPage, Web } from '../test/web.js';

let built: BuiltPage;
beforeAll(() => {
  built = new BuiltPage();
});
afterAll(() => built[Symbol.dispose]());

/** A caller's token is their name; nobody may read `hidden/…`. */
const guard: Guard = {
  authenticate({ metadata }) {
    const userId = metadata.get('authorization');
    if (userId === undefined) throw new ConfigError('unauthenticated', 'who?');
    return { userId, claims: {} };
  },
  authorize: (_identity, action, { key }) => ({ allowed: action === 'read' && !key.startsWith('hidden/') }),
};

const at = { id: 'page-0001', namespace: 'prod', key: 'app/pool' };

async function say(web: Web, authorization: string, said: unknown) {
  const body = typeof said === 'string' ? said : JSON.stringify(said);
  const { status, text } = await web.ask('/dashboard/presence', { method: 'POST', headers: { authorization }, body });
  return { status, ...JSON.parse(text) };
}

describe('presence', () => {
  it('tells who else has the key on the screen, until they go', async () => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth(), guard }).handler);
    expect(JSON.parse((await web.ask('/dashboard/config.json')).text)).toMatchObject({ presence: true });
    expect(await say(web, 'ann', at)).toEqual({ status: 200, others: [] });
    expect(await say(web, 'bob', { ...at, isEditing: true })).toMatchObject({
      others: [{ userId: 'ann', isEditing: false }],
    });
    expect(await say(web, 'ann', at)).toMatchObject({ others: [{ userId: 'bob', isEditing: true }] });
    // A page is its user's: with its id alone nobody sends it away.
    await say(web, 'cem', { ...at, isGone: true });
    expect(await say(web, 'ann', at)).toMatchObject({ others: [{ userId: 'bob' }] });
    expect(await say(web, 'bob', { ...at, isGone: true })).toEqual({ status: 200, others: [] });
    expect(await say(web, 'ann', at)).toMatchObject({ others: [] });
  });

  it('is for those who may read the key', async () => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth(), guard }).handler);
    expect((await say(web, 'ann', { ...at, key: 'hidden/a' })).status).toBe(403);
    const anonymous = await web.ask('/dashboard/presence', { method: 'POST', body: JSON.stringify(at) });
    expect(anonymous.status).toBe(401);
    await using open = await Web.serving(built.dashboard({ auth: noAuth() }).handler);
    expect((await open.ask('/dashboard/presence', { method: 'POST', body: JSON.stringify(at) })).status).toBe(405);
    expect((await open.ask('/dashboard/config.json')).text).not.toContain('presence');
  });

  it.each([
    ['', 'id'],
    ['[', 'id'],
    ['null', 'id'],
    [{ ...at, id: '<script>' }, 'id'],
    [{ ...at, namespace: 1 }, 'namespace'],
    [{ ...at, namespace: '../etc' }, 'namespace'],
    [{ ...at, key: 'a b' }, 'key'],
    [{ ...at, key: '' }, 'key'],
    [{ ...at, isEditing: 'yes' }, 'isEditing'],
    [{ ...at, isGone: 1 }, 'isGone'],
    [JSON.stringify({ ...at, more: 'x'.repeat(20_000) }), 'id'],
  ])('refuses %j', async (said, name) => {
    await using web = await Web.serving(built.dashboard({ auth: noAuth(), guard }).handler);
    expect(await say(web, 'ann', said)).toEqual({ status: 400, message: expect.stringContaining(name) });
  });
});
