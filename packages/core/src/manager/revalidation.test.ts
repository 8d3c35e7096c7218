import { createHash } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import type { SnapshotOptions } from '../contract/capabilities.js';
import { quick, settled, setUp } from '../test/manager.js';
import { Value } from '../value/value.js';

it('what a watch without revisions has lost is served as fresh no longer than the interval', async () => {
  const { store, manager, config } = await setUp({ plain: true, watch: { ...quick, revalidateMs: 20 } });
  let asked = 0;
  const snapshot = async (namespace: string, { ifNoneMatch }: SnapshotOptions = {}) => {
    asked += 1;
    const { entries } = await store.inner.snapshot(namespace);
    const lines = entries.map(({ key, version }) => `${key}:${version}\n`);
    const etag = createHash('sha256').update(lines.join('')).digest('hex');
    return { entries: [], etag, notModified: etag === ifNoneMatch };
  };
  Object.assign(store, { snapshot });
  (store.features as Set<string>).add('snapshot');
  let loses = false;
  const { watch } = store;
  store.watch = (...args) => {
    const stream = watch.apply(store, args);
    const next = stream.next.bind(stream);
    stream.next = async () => {
      let event = await next();
      while (loses && !event.done) event = await next();
      return event;
    };
    return stream;
  };
  await store.inner.set('prod', 'a', Value.of(1));
  await settled(store, config, 'a');
  using loaded = await config.load();
  await vi.waitFor(() => expect(asked).toBeGreaterThan(1));
  const { get } = store.calls;
  await config.get('a');
  expect(store.calls.get).toBe(get);

  loses = true;
  await store.inner.set('prod', 'a', Value.of(2));
  await store.inner.set('prod', 'b', Value.of(1));
  await vi.waitFor(async () => expect(await config.get('a')).toMatchObject({ data: 2, stale: false }));
  await vi.waitFor(() => expect(loaded.get('b')?.data).toBe(1));
  await manager.close();
  const end = asked;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(asked).toBe(end);
});
