import { MemoryStore } from '@cfg/core';
import { SnapshotResponse } from '@cfg/proto';
import { expect, it } from 'vitest';
import { Encoder } from '../encoder.js';
import { fill } from '../test/fill.js';
import { SnapshotBody } from './body.js';

it('shows any revision in its place', async () => {
  const store = new MemoryStore();
  await store.connect();
  const encoder = new Encoder(1 << 20);
  const entries = await fill(store, 'prod', ['a', 'b']);
  const body = new SnapshotBody(encoder, { entries, revision: 2, logId: 'log', namespaceRevision: 2 });
  for (const revision of [0, 1, 127, 128, 16_384, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) {
    const at = { revision, oldestRevision: Math.floor(revision / 2) };
    const answer = SnapshotResponse.decode(body.bytesAt(at));
    expect(answer).toMatchObject({ ...at, namespaceRevision: 2, logId: 'log', etag: body.etag, notModified: false });
    expect(answer.entries.map(({ key }) => key)).toEqual(['a', 'b']);
    const { etag } = body;
    expect(SnapshotResponse.decode(body.notModifiedAt(at))).toEqual({
      entries: [],
      etag,
      notModified: true,
      ...at,
      namespaceRevision: 2,
      logId: 'log',
    });
  }
  expect(SnapshotResponse.decode(new SnapshotBody(encoder, { entries }).bytesAt(undefined))).toMatchObject({
    revision: undefined,
    logId: '',
  });
});
