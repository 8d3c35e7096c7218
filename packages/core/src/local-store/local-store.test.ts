import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { json, type Opened, storeConformance, take, watchProperty, wordOf } from '../conformance/index.js';
import { LateEngine } from '../test/late-engine.js';
import { LocalStore } from './local-store.js';

const open = async (): Promise<Opened> => {
  const store = new LocalStore(new LateEngine());
  await store.connect();
  return { store, close: () => store.close() };
};

storeConformance('LocalStore over an engine that answers late', open);
watchProperty('LocalStore over an engine that answers late', open, { runs: 100 });

it('hears of every write that follows the call of watch', async () => {
  const { store, close } = await open();
  for (let n = 1; n <= 50; n += 1) {
    const stream = store.watch();
    await store.set('ns', 'a', json(n));
    expect((await take(stream, 1)).map(wordOf)).toEqual([`set ns/a ${n}`]);
    stream.close();
  }
  await close();
});

it('ends a watch that is still opening, by its signal, by close and with the store', async () => {
  const { store, close } = await open();
  const aborted = new AbortController();
  const streams = [store.watch({}, { signal: aborted.signal }), store.watch()];
  const ends = streams.map((stream) => stream.next());
  aborted.abort();
  streams[1]?.close();
  for (const end of ends) expect(await end).toEqual({ done: true, value: undefined });
  const last = expect(store.watch().next()).rejects.toMatchObject({ code: 'closed' });
  await close();
  await last;
});

it('lets a caller give up waiting', async () => {
  const { store, close } = await open();
  await expect(store.get('ns', 'a', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  const controller = new AbortController();
  const read = expect(store.find('ns', {}, { signal: controller.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  controller.abort();
  await read;
  await close();
  await sleep(0);
});
