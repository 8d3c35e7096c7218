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
  const body = new SnapshotBody(encoder, entries, 'log');
  for (const revision of [0, 1, 127, 128, 16_384, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) {
    const answer = SnapshotResponse.decode(body.bytesAt(revision));
    expect(answer).toMatchObject({ revision, logId: 'log', etag: body.etag, notModified: false });
    expect(answer.entries.map(({ key }) => key)).toEqual(['a', 'b']);
    const { etag } = body;
    expect(SnapshotResponse.decode(body.notModifiedAt(revision))).toEqual({
      entries: [],
      etag,
      notModified: true,
      revision,
      logId: 'log',
    });
  }
  expect(SnapshotResponse.decode(new SnapshotBody(encoder, entries, '').bytesAt(undefined))).toMatchObject({
    revision: undefined,
    logId: '',
  });
});
