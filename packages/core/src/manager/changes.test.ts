import { describe, expect, it } from 'vitest';
import { away, code, setUp } from '../test/manager.js';

describe.each([{ plain: false }, { plain: true }])(
  'namespace.watch over a store (without revisions: $plain)',
  ({ plain }) => {
    it('yields the changes of a prefix', async () => {
      const { config, store } = await setUp({ plain });
      const controller = new AbortController();
      const changes = config.watch({ prefix: 'app/', signal: controller.signal });
      await config.set('other', 1);
      await store.inner.setAlias('x', 'other');
      await config.set('app/a', 1);
      await config.delete('app/a');
      const seen: unknown[] = [];
      for await (const { type, key, value } of changes) {
        seen.push([type, key, value?.data]);
        if (seen.length === 2) controller.abort();
      }
      expect(seen).toEqual([
        ['set', 'app/a', 1],
        ['delete', 'app/a', undefined],
      ]);
    });
  },
);

describe('namespace.watch', () => {
  it('goes on with a watch of the app where it was cut', async () => {
    const { config, store } = await setUp();
    const seen: number[] = [];
    const changes = config.watch();
    for (let i = 0; i < 30; i += 1) {
      await config.set('a', i);
      if (i % 4 === 3) store.cut(away());
      const next = await changes.next();
      seen.push(next.done ? -1 : (next.value.value?.int() ?? -1));
    }
    expect(seen).toEqual([...seen.keys()]);
  });

  it('tells a watch of the app what it cannot resume', async () => {
    const { config, store } = await setUp({ plain: true });
    const changes = config.watch();
    await config.set('a', 1);
    await changes.next();
    store.cut(away());
    expect(await code(changes.next())).toBe('unavailable');
    const foreign = (await setUp()).config.watch({ startRevision: 7 });
    expect(await code(foreign.next())).toBe('revision_compacted');
  });
});
