import { Change, Entry } from '@cfg/core';
import { GetResponse, WatchResponse } from '@cfg/proto';
import { describe, expect, it } from 'vitest';
import { Encoder } from './encoder.js';
import { entryMessage } from './entry.js';

const entryOf = (version: number, bytes: Uint8Array = Buffer.alloc(600, version)): Entry =>
  new Entry({
    namespace: 'prod',
    key: `k${version}`,
    bytes,
    codec: 'raw',
    type: 'custom',
    version,
    createdAtMs: 1,
    updatedAtMs: 2,
  });

describe('Encoder', () => {
  it('encodes an entry and a change once', () => {
    const encoder = new Encoder(1 << 20);
    const entry = entryOf(1);
    const change = new Change('set', entry, 7);
    expect(encoder.entryField(entry)).toBe(encoder.entry(entry).bytes);
    expect(encoder.event(change)).toBe(encoder.event(change));
    const answer = WatchResponse.decode(encoder.event(change).bytes);
    expect(answer).toEqual({
      type: 1,
      entry: GetResponse.decode(encoder.entryField(entry)).entry,
      revision: 7,
      logId: '',
      more: false,
    });
    expect(encoder.event(change).message).toEqual({ ...answer, entry: entryMessage(entry) });
  });

  it('drops the oldest bytes when they are too many, and makes them again', () => {
    const encoder = new Encoder(4_000);
    const entries = Array.from({ length: 10 }, (_, i) => entryOf(i + 1));
    const made = entries.map((entry) => Buffer.from(encoder.entryField(entry)));
    expect(entries.map(({ encoded }) => encoded !== undefined)).toEqual([...Array(7).fill(false), true, true, true]);
    const changes = entries.map((entry) => new Change('set', entry, 1));
    for (const change of changes) encoder.event(change);
    expect(changes.filter(({ encoded }) => encoded !== undefined)).toHaveLength(3);
    expect(entries.filter(({ encoded }) => encoded !== undefined)).toHaveLength(0);
    for (const [i, entry] of entries.entries())
      expect(Buffer.compare(encoder.entryField(entry), made[i] as Buffer)).toBe(0);
  });

  it('keeps nothing when it may not, nor what is larger than all it may keep', () => {
    for (const [encoder, entry] of [
      [new Encoder(0), entryOf(1)],
      [new Encoder(10_000), entryOf(1, Buffer.alloc(20_000))],
    ] as const) {
      expect(GetResponse.decode(encoder.entryField(entry)).entry).toEqual(entryMessage(entry));
      expect(entry.encoded).toBeUndefined();
    }
  });
});
