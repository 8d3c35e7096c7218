import { expect } from 'vitest';
import { dataOf, expectCode, having, json, type Section, sleep, take, wordOf } from './context.js';

export const watch: Section = (test) => {
  test('tells changes in order', async (store) => {
    const stream = store.watch();
    await stream.ready;
    await store.set('ns', 'a', json(1));
    await store.set('ns', 'a', json(2));
    await store.delete('ns', 'a');
    await store.set('other', 'b', json(3));
    const changes = await take(stream, 4);
    stream.close();
    expect(changes.map(wordOf)).toEqual(['set ns/a 1', 'set ns/a 2', 'delete ns/a', 'set other/b 1']);
    expect(changes.map((change) => (change.type === 'set' ? dataOf(change.entry) : undefined))).toEqual([
      1,
      2,
      undefined,
      3,
    ]);
  });

  test('tells only what matches', async (store) => {
    const open = { namespaces: ['ns', 'third'], prefixes: ['app/', 'db'] };
    const stream = store.watch(open);
    await stream.ready;
    for (const namespace of ['ns', 'other', 'third']) {
      for (const key of ['app/a', 'app', 'db', 'dbx', 'x/db']) await store.set(namespace, key, json(1));
    }
    const changes = await take(stream, 6);
    stream.close();
    expect(changes.map(wordOf)).toEqual(
      ['ns', 'third'].flatMap((ns) => ['app/a', 'db', 'dbx'].map((key) => `set ${ns}/${key} 1`)),
    );
  });

  test('every watcher gets its own', async (store) => {
    const streams = ['a', 'b', 'a/b'].map((prefix) => store.watch({ prefixes: [prefix] }));
    await Promise.all(streams.map((stream) => stream.ready));
    for (const key of ['a/b', 'b/a', 'a']) await store.set('ns', key, json(1));
    const [a, b, ab] = streams;
    if (!a || !b || !ab) return;
    expect((await take(a, 2)).map(wordOf)).toEqual(['set ns/a/b 1', 'set ns/a 1']);
    expect((await take(b, 1)).map(wordOf)).toEqual(['set ns/b/a 1']);
    expect((await take(ab, 1)).map(wordOf)).toEqual(['set ns/a/b 1']);
    for (const stream of streams) stream.close();
  });

  test('refuses a bad namespace, and takes any prefix', async (store) => {
    await expectCode(store.watch({ namespaces: ['not ok'] }).next(), 'invalid_namespace');
    const stream = store.watch({ prefixes: ['not ok', 'ü', 'a'] });
    await stream.ready;
    await store.set('ns', 'b', json(1));
    await store.set('ns', 'a', json(1));
    expect((await take(stream, 1)).map(wordOf)).toEqual(['set ns/a 1']);
    stream.close();
  });
};

export const resume: Section = (test) => {
  test('every change has a revision of its own, in order', async (store) => {
    const log = having(store, 'revisions');
    const before = await log.revision('ns');
    const stream = store.watch();
    await stream.ready;
    const set = await store.set('ns', 'a', json(1));
    await store.delete('ns', 'a');
    const again = await store.set('other', 'a', json(2));
    const changes = await take(stream, 3);
    stream.close();
    expect(changes.map((change) => change.revision - before.revision)).toEqual([1, 2, 3]);
    expect([set.revision, again.revision]).toEqual([before.revision + 1, before.revision + 3]);
    const after = await log.revision('ns');
    expect(after).toMatchObject({ revision: before.revision + 3, namespaceRevision: before.revision + 2 });
    expect(after.logId).toBe(before.logId);
    expect(after.logId).not.toBe('');
    expect((await log.revision('nobody')).namespaceRevision).toBe(0);
  });

  test('replays what came after a revision, then goes on live', async (store) => {
    const log = having(store, 'revisions');
    for (let n = 1; n <= 5; n += 1) await store.set('ns', `k${n % 2}`, json(n));
    const { revision, logId } = await log.revision();
    const stream = store.watch({ prefixes: ['k1'] }, { startRevision: revision - 4, logId });
    expect((await take(stream, 2)).map((change) => dataOf(change.entry))).toEqual([3, 5]);
    await store.set('ns', 'k0', json(6));
    await store.set('ns', 'k1', json(7));
    expect((await take(stream, 1)).map((change) => dataOf(change.entry))).toEqual([7]);
    stream.close();
  });

  test('joins a page or a snapshot without a gap or a repeat', async (store) => {
    await store.set('ns', 'a', json(1));
    const page = await store.find('ns');
    const snapshot = await having(store, 'snapshot').snapshot('ns');
    await store.set('ns', 'b', json(2));
    for (const { revision, logId } of [page, snapshot]) {
      expect(revision).toBeDefined();
      const stream = store.watch({}, { startRevision: revision, logId });
      expect((await take(stream, 1)).map(wordOf)).toEqual(['set ns/b 1']);
      stream.close();
    }
  });

  test('is refused for another log and for a revision not reached', async (store) => {
    const log = having(store, 'revisions');
    await store.set('ns', 'a', json(1));
    const { revision } = await log.revision();
    const refused = { startRevision: revision + 1_000 };
    const error = await expectCode(store.watch({}, refused).next(), 'revision_compacted');
    expect(error).toMatchObject({ metadata: { oldest_revision: expect.stringMatching(/^\d+$/) } });
    const foreign = store.watch({}, { startRevision: revision, logId: 'another-log' });
    await expectCode(foreign.next(), 'revision_compacted');
  });

  test('tells progress at once after the replay', async (store) => {
    const log = having(store, 'revisions');
    await store.set('ns', 'a', json(1));
    await store.set('other', 'a', json(1));
    const { revision, logId } = await log.revision();
    const live = store.watch({}, { progress: true });
    expect(await live.next()).toEqual({ done: false, value: { type: 'progress', revision, logId } });
    live.close();
    const resumed = store.watch({ namespaces: ['ns'] }, { progress: true, startRevision: revision - 2 });
    expect(await resumed.next()).toMatchObject({ value: { type: 'set', revision: revision - 1 } });
    expect(await resumed.next()).toMatchObject({ value: { type: 'progress', revision } });
    resumed.close();
  });
};

export const snapshot: Section = (test) => {
  test('is a whole namespace in key order, as of one revision', async (store) => {
    const log = having(store, 'revisions');
    for (const key of ['b', 'a', 'c']) await store.set('ns', key, json(key));
    await store.set('other', 'x', json(1));
    await store.delete('ns', 'c');
    const { entries, revision, logId } = await having(store, 'snapshot').snapshot('ns');
    expect(entries.map((entry) => entry.key)).toEqual(['a', 'b']);
    expect(entries.map(dataOf)).toEqual(['a', 'b']);
    expect({ revision, logId }).toMatchObject(
      await log.revision().then(({ revision, logId }) => ({ revision, logId })),
    );
    expect((await having(store, 'snapshot').snapshot('nobody')).entries).toEqual([]);
  });

  test('shows each state whole while others write', async (store) => {
    let stop = false;
    const writer = (async () => {
      for (let n = 0; !stop; n += 1) {
        await store.set('ns', 'a', json(n));
        await store.set('ns', 'b', json(n));
      }
    })();
    for (let i = 0; i < 20; i += 1) {
      const { entries } = await having(store, 'snapshot').snapshot('ns');
      const [a, b] = entries;
      if (a && b) expect([0, 1]).toContain((dataOf(a) as number) - (dataOf(b) as number));
    }
    stop = true;
    await writer;
  });
};

export const slowWatcher: Section = (test) => {
  test('one that does not read loses nothing and holds nobody up', async (store) => {
    const slow = store.watch({ namespaces: ['ns'] });
    await slow.ready;
    const fast = store.watch({ namespaces: ['ns'] });
    await fast.ready;
    const count = 6_000;
    for (let n = 0; n < count; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, i) => store.set('ns', `k${i}`, json(n))));
    }
    const seenFast = await take(fast, count);
    fast.close();
    const seenSlow = await take(slow, count);
    slow.close();
    expect(seenSlow.map(wordOf)).toEqual(seenFast.map(wordOf));
    expect(new Set(seenSlow.map(wordOf)).size).toBe(count);
  });
};

export const cancellation: Section = (test) => {
  test('a watch that is closed is done', async (store) => {
    const stream = store.watch();
    await stream.ready;
    const pending = stream.next();
    stream.close();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    stream.close();
  });

  test('a signal ends a watch, also before it began', async (store) => {
    const controller = new AbortController();
    const stream = store.watch({}, { signal: controller.signal });
    await stream.ready;
    const pending = stream.next();
    controller.abort();
    expect(await pending).toMatchObject({ done: true });
    expect(await store.watch({}, { signal: controller.signal }).next()).toMatchObject({ done: true });
  });

  test('leaving a loop ends the watch', async (store) => {
    const stream = store.watch();
    await stream.ready;
    await store.set('ns', 'a', json(1));
    for await (const event of stream) {
      expect(event.type).toBe('set');
      break;
    }
    expect(await stream.next()).toMatchObject({ done: true });
  });

  test('a call with a signal that has fired fails with its reason', async (store) => {
    const reason = new Error('changed my mind');
    const signal = AbortSignal.abort(reason);
    await expect(store.get('ns', 'a', { signal })).rejects.toBe(reason);
    await expect(store.set('ns', 'a', json(1), { signal })).rejects.toBe(reason);
    await sleep(20);
    await expectCode(store.get('ns', 'a'), 'not_found');
  });
};

export const lifecycle: Section = (test) => {
  test('closing ends watches and calls, and may be done twice', async (store) => {
    await store.set('ns', 'a', json(1));
    const stream = store.watch();
    await stream.ready;
    const pending = stream.next();
    pending.catch(() => {});
    await store.close();
    await store.close();
    await expectCode(pending, 'closed');
    await expectCode(store.get('ns', 'a'), 'closed');
    await expectCode(store.set('ns', 'a', json(1)), 'closed');
    await expectCode(store.watch().next(), 'closed');
    await expectCode(store.connect(), 'closed');
  });
};
