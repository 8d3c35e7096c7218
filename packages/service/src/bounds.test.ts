import { MemoryStore } from '@cfg/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { allowAll, createConfigService, createInProcessClient } from './index.js';
import { failure } from './test/failure.js';
import { plainStore } from './test/plain-store.js';

const value = { bytes: Buffer.alloc(1_000), codec: 'raw', type: 'custom' } as const;
const keysOf = ({ entries }: { entries: { key: string }[] }): string[] => entries.map(({ key }) => key);

let store: MemoryStore;

beforeEach(async () => {
  store = new MemoryStore();
  await store.connect();
  for (const key of ['a', 'b', 'c', 'd']) await store.set('prod', key, value);
});

afterEach(() => store.close());

it('bounds a page in bytes, whatever its limit', async () => {
  const client = createInProcessClient(createConfigService(store, { guard: allowAll(), maxPageBytes: 2_500 }));
  const first = await client.list({ namespace: 'prod', limit: 100 });
  expect(keysOf(first)).toEqual(['a', 'b']);
  expect(keysOf(await client.list({ namespace: 'prod', limit: 100, cursor: first.nextCursor }))).toEqual(['c', 'd']);
  expect(keysOf(await client.list({ namespace: 'prod' }))).toEqual(['a', 'b', 'c', 'd']);
  for (let i = 0; i < 3; i += 1) await store.set('prod', 'a', value);
  const versions = await client.getVersions({ namespace: 'prod', key: 'a', limit: 100 });
  expect(versions.entries.map(({ version }) => version)).toEqual([4, 3]);
  expect(versions.nextCursor).not.toBe('');
});

it('has at least one entry on a page', async () => {
  const client = createInProcessClient(createConfigService(store, { guard: allowAll(), maxPageBytes: 1 }));
  const seen: string[] = [];
  let cursor = '';
  do {
    const page = await client.list({ namespace: 'prod', limit: 10, cursor });
    seen.push(...keysOf(page));
    cursor = page.nextCursor;
  } while (cursor !== '');
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
});

it('is whole without a limit, or says that it cannot be', async () => {
  const large = { ...value, bytes: Buffer.alloc(1 << 20) };
  for (let i = 0; i < 65; i += 1) await store.set('large', `k${i}`, large);
  const plain = await plainStore();
  for (let i = 0; i < 65; i += 1) await plain.set('large', `k${i}`, large);
  for (const over of [store, plain]) {
    const client = createInProcessClient(createConfigService(over, { guard: allowAll() }));
    for (const call of [client.list({ namespace: 'large' }), client.snapshot({ namespace: 'large' })]) {
      expect(await failure(call)).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    }
    const page = await client.list({ namespace: 'large', limit: 100 });
    expect(page.entries).toHaveLength(16);
  }
});

it('refuses a wrong maxPageBytes by name', () => {
  for (const maxPageBytes of [0, 64 * 1024 * 1024 + 1]) {
    expect(() => createConfigService(store, { maxPageBytes })).toThrow('maxPageBytes');
  }
});

it('finds nothing below a prefix that no key can have', async () => {
  const client = createInProcessClient(createConfigService(store, { guard: allowAll() }));
  for (const prefix of ['a b', 'é', '\u00a0', '..']) {
    expect(await client.list({ namespace: 'prod', prefix })).toMatchObject({ entries: [], nextCursor: '' });
    expect(await client.listNamespaces({ prefix })).toMatchObject({ namespaces: [], nextCursor: '' });
  }
});

it('names the character of a name that is refused, and does not repeat it', async () => {
  const client = createInProcessClient(createConfigService(store, { guard: allowAll() }));
  for (const request of [
    { namespace: 'prod', key: 'a\u00a0b' },
    { namespace: 'prod\u00a0', key: 'a' },
  ]) {
    const { code, message } = await failure(client.get(request));
    expect(code).toBe('INVALID_ARGUMENT');
    expect(message).toContain('U+00A0');
    expect(message).toMatch(/^[ -~]*$/);
  }
});
