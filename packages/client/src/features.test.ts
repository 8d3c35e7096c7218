import { ServerError, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { expectCode, json } from './test/expect-code.js';
import { harness, until } from './test/harness.js';

const { server, store, connected } = harness();
const everywhere = ['snapshot', 'versions', 'aliases', 'namespaces', 'health'];
const quick = { retry: { initialBackoffMs: 5, maxBackoffMs: 20 } };

describe('features', () => {
  it('are what the server announces, as far as they are known here', async () => {
    const remote = store((await server({ features: ['cas', 'new-thing' as never, 'revisions'] })).address);
    expect([...remote.features]).toEqual(everywhere);
    await remote.connect();
    expect([...remote.features]).toEqual(['revisions', 'cas', ...everywhere]);
    await remote.set('ns', 'a', json(1), { ifVersion: 0 });
    await expectCode(remote.set('ns', 'a', json(1), { ttlMs: 5 }), 'unsupported');
  });

  it('that are missing stop a call before it is sent', async () => {
    const plain = await server({ features: [] });
    const remote = await connected(plain);
    const error = await expectCode(remote.set('ns', 'a', json(1), { ifVersion: 0, ttlMs: 5 }), 'unsupported');
    expect(error.message).toContain('cas, ttl');
    await expectCode(remote.delete('ns', 'a', { requestId: 'r' }), 'unsupported');
    await expectCode(remote.find('ns', { includeDeleted: true }), 'unsupported');
    await expectCode(remote.watch({}, { startRevision: 0 }).next(), 'unsupported');
    expect(plain.calls).toEqual(['ListCodecs']);
  });

  it('are asked anew after a reconnect: the next server may be an older one', async () => {
    const first = await server();
    const remote = await connected(first, quick);
    await remote.set('ns', 'a', json(1), { ifVersion: 0 });
    first.kill();
    await until(() => remote.state.status !== 'connected');
    const older = await server({ port: first.port, store: first.store, features: [] });
    await until(() => remote.state.status === 'connected');
    await expectCode(remote.set('ns', 'a', json(2), { ifVersion: 9 }), 'unsupported');
    expect(older.calls).toEqual(['ListCodecs']);
    expect([...remote.features]).toEqual(everywhere);
    older.kill();
    await until(() => remote.state.status !== 'connected');
    await server({ port: first.port, store: first.store });
    await until(() => remote.state.status === 'connected');
    await expectCode(remote.set('ns', 'a', json(2), { ifVersion: 9 }), 'version_mismatch');
  });

  it('are learnt from a refusal too', async () => {
    const narrow = await server({
      async *middleware(call, context) {
        if (call.method.path.endsWith('/ListCodecs')) throw new ServerError(Status.PERMISSION_DENIED, 'no');
        return yield* call.next(call.request, context);
      },
    });
    const remote = await connected(narrow);
    await remote.set('ns', 'a', json(1), { ifVersion: 0 });
  });

  it('tell what may be done to a key, of a server that can tell', async () => {
    const remote = await connected(await server());
    const all = { read: true, write: true, delete: true, list: true, watch: true, reveal: true };
    expect(await remote.access('ns')).toEqual(all);
    expect(await remote.access('ns', 'fixed')).toEqual({ ...all, write: false, delete: false });
  });

  it('a snapshot that still holds is not sent again', async () => {
    const remote = await connected(await server());
    await remote.set('ns', 'a', json(1));
    const { etag, entries } = await remote.snapshot('ns');
    expect(entries).toHaveLength(1);
    expect(await remote.snapshot('ns', { ifNoneMatch: etag })).toMatchObject({ entries: [], notModified: true, etag });
    await remote.set('ns', 'b', json(1));
    expect(await remote.snapshot('ns', { ifNoneMatch: etag })).toMatchObject({ notModified: false });
    await expectCode(remote.snapshot('ns', { maxEntries: 1 }), 'resource_exhausted');
  });

  it('namespaces come whole, whatever the size of the pages of the server', async () => {
    const remote = await connected(await server());
    const names = Array.from({ length: 620 }, (_, i) => `n${String(i).padStart(3, '0')}`);
    await Promise.all(names.map((name) => remote.set(name, 'k', json(1))));
    expect(await remote.namespaces()).toEqual({ namespaces: names, nextCursor: '' });
    const most = await remote.namespaces({ limit: 610 });
    expect(most.namespaces).toHaveLength(610);
    expect((await remote.namespaces({ cursor: most.nextCursor })).namespaces).toEqual(names.slice(610));
  });

  it('the last change of a namespace of any size is told by one small call', async () => {
    const remote = await connected(await server());
    await Promise.all(Array.from({ length: 40 }, (_, i) => remote.set('large', `k${i}`, json(i))));
    await remote.set('small', 'k', json(1));
    await remote.delete('small', 'k');
    await remote.set('other', 'k', json(1));
    expect(await remote.revision('large')).toMatchObject({ revision: 43, namespaceRevision: 40, oldestRevision: 0 });
    expect(await remote.revision('small')).toMatchObject({ revision: 43, namespaceRevision: 42 });
  });
});
