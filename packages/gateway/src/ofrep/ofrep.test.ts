import type { Guard } from '@cfg/service';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { OpenFeature as WebOpenFeature } from '@openfeature/web-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { doors, type OpenDoor, openDoor } from '../test/doors.js';
import { ask } from '../test/http.js';

afterEach(async () => {
  await OpenFeature.clearProviders();
  await WebOpenFeature.clearProviders();
});

const checkout = {
  variants: { on: true, off: false },
  default: 'off',
  rules: [{ when: { country: 'DE' }, variant: 'on' }, { split: { on: 50, off: 50 } }],
};

/** The token is the user id; `plain` may not see what is below `flags/hidden`. */
const guard: Guard = {
  authenticate: ({ metadata }) => ({ userId: metadata.get('authorization') ?? '', claims: {} }),
  authorize({ userId }, _action, { key, prefix }) {
    const allowed = userId === 'Bearer all' || (key !== '' && !key.startsWith('flags/hidden') && prefix === '');
    return { allowed, reason: 'not for you' };
  },
};

async function openFlags(door: (typeof doors)[number], open = true): Promise<OpenDoor> {
  const opened = await openDoor(door, {
    ...(open ? {} : { service: { guard } }),
    gateway: { flags: { namespace: 'shop' } },
  });
  const flags: Record<string, unknown> = {
    ...{ checkout, name: 'blue', limit: 1.5, shape: { x: 1 }, 'team/new': true },
    broken: { variants: {} },
    off: { variants: { on: true }, default: 'on', disabled: true },
    'hidden/one': 'secret name',
  };
  for (const [key, data] of Object.entries(flags)) {
    const bytes = Buffer.from(JSON.stringify(data));
    await opened.store.set('shop', `flags/${key}`, { bytes, codec: 'json', type: 'custom' });
  }
  await opened.store.set('shop', 'flags/bytes', { bytes: Buffer.from('x'), codec: 'raw', type: 'custom' });
  await opened.store.set('shop', 'other', { bytes: Buffer.from('1'), codec: 'json', type: 'int' });
  return opened;
}

describe.each(doors)('flags for OpenFeature, %s', (door) => {
  it('are read by its server client one by one', async () => {
    await using opened = await openFlags(door);
    await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: `${opened.url}/v1/namespaces/shop` }));
    const flags = OpenFeature.getClient();
    const context = { targetingKey: 'ann', country: 'DE' };
    expect(await flags.getBooleanDetails('checkout', false, context)).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
    });
    expect(await flags.getStringValue('name', '')).toBe('blue');
    expect(await flags.getNumberValue('limit', 0)).toBe(1.5);
    expect(await flags.getObjectValue('shape', {})).toEqual({ x: 1 });
    expect(await flags.getBooleanValue('team/new', false)).toBe(true);
    const code = async (key: string): Promise<unknown> => (await flags.getBooleanDetails(key, false)).errorCode;
    expect(await code('missing')).toBe('FLAG_NOT_FOUND');
    expect(await code('broken')).toBe('PARSE_ERROR');
    expect(await code('bytes')).toBe('PARSE_ERROR');
    expect(await code('checkout')).toBe('TARGETING_KEY_MISSING');
    expect((await flags.getBooleanDetails('off', true)).value).toBe(true);
  });

  it('are read by its web client all at once, again only when they have changed', async () => {
    await using opened = await openFlags(door);
    const provider = new OFREPWebProvider({ baseUrl: opened.url, pollInterval: 0 });
    await WebOpenFeature.setContext({ targetingKey: 'ann', country: 'DE' });
    await WebOpenFeature.setProviderAndWait(provider as never); // its types do not know exactOptionalPropertyTypes
    const flags = WebOpenFeature.getClient();
    expect(flags.getBooleanDetails('checkout', false)).toMatchObject({ value: true, reason: 'TARGETING_MATCH' });
    expect(flags.getStringValue('name', '')).toBe('blue');
    expect(flags.getBooleanDetails('broken', true)).toMatchObject({ value: true, errorCode: 'PARSE_ERROR' });

    const path = '/ofrep/v1/evaluate/flags';
    const body = { context: { targetingKey: 'ann' } };
    const read = async (more: object = {}, etag?: string) =>
      ask(opened.url, path, {
        method: 'POST',
        body: { context: { ...body.context, ...more } },
        ...(etag !== undefined && { headers: { 'if-none-match': etag } }),
      });
    const first = await read();
    const etag = String(first.headers.etag);
    const { flags: told } = first.json as { flags: Record<string, unknown>[] };
    expect(told.find(({ key }) => key === 'off')).toEqual({
      key: 'off',
      reason: 'DISABLED',
      metadata: expect.anything(),
    });
    expect(await read({}, etag)).toMatchObject({ status: 304, text: '' });
    expect((await read({ country: 'DE' }, etag)).status).toBe(200);
    await opened.store.set('shop', 'flags/name', { bytes: Buffer.from('"red"'), codec: 'json', type: 'string' });
    expect((await read({}, etag)).status).toBe(200);
  });

  it('are what the caller may see', async () => {
    await using opened = await openFlags(door, false);
    const base = '/v1/namespaces/shop/ofrep/v1/evaluate/flags';
    const as = (token: string, path: string) =>
      ask(opened.url, path, { method: 'POST', body: {}, headers: { authorization: `Bearer ${token}` } });
    expect(await as('plain', `${base}/name`)).toMatchObject({ status: 200, json: { value: 'blue' } });
    for (const path of [`${base}/hidden/one`, `${base}/hidden%2Fone`, base]) {
      const refused = await as('plain', path);
      expect(refused).toMatchObject({ status: 403, json: { code: 7, message: 'not for you' } });
      expect((await as('all', path)).text).toContain('secret name');
    }
    // Whether there is a flag is nobody's business who may not read it.
    expect((await as('plain', `${base}/hidden/none`)).status).toBe(403);
  });

  it.each([
    ['[]', 'INVALID_CONTEXT'],
    ['{', 'INVALID_CONTEXT'],
    ['{"context":"x"}', 'INVALID_CONTEXT'],
    ['{"context":{"targetingKey":7}}', 'INVALID_CONTEXT'],
  ])('refuse the request %s', async (body, errorCode) => {
    await using opened = await openFlags(door);
    for (const path of ['/ofrep/v1/evaluate/flags', '/ofrep/v1/evaluate/flags/name']) {
      const refused = await ask(opened.url, path, { method: 'POST', body });
      expect(refused).toMatchObject({ status: 400, json: { code: 3, errorCode } });
    }
  });
});
