import { Entry, type EntryInit, valueTypes } from '@cfg/core';
import { GetResponse } from '@cfg/proto';
import { describe, expect, it } from 'vitest';
import { entryMessage } from './entry.js';
import { encodeEntryField } from './entry-bytes.js';
import { Slab } from './slab.js';

const plain: EntryInit = {
  namespace: 'production',
  key: 'app/timeout',
  bytes: Buffer.from('30'),
  codec: 'json',
  type: 'int',
  version: 1,
  revision: 1,
  createdAtMs: 1_700_000_000_123,
  updatedAtMs: 1_700_000_000_000,
};

/** The edges of every field: what is left out, what takes another byte. */
const edges: Partial<EntryInit>[] = [
  {},
  { namespace: '', key: '', bytes: new Uint8Array(0), codec: '', type: 'unknown', version: 0, revision: 0 },
  ...[127, 128, 16_383, 16_384, 2_097_152].flatMap((size) => [
    { bytes: Buffer.alloc(size) },
    { key: 'k'.repeat(size) },
  ]),
  ...[127, 128, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER].flatMap((n) => [{ version: n }, { revision: n }]),
  ...valueTypes.map((type) => ({ type })),
  ...[0, 1, 999, 1_000, 1_700_000_000_999.5, 8.64e15].map((ms) => ({
    createdAtMs: ms,
    updatedAtMs: ms,
    expiresAtMs: ms,
  })),
  { key: 'schlüssel/鍵/🔑', codec: 'ü' },
  { author: 'ann', comment: 'why: schlüssel' },
  { author: 'a'.repeat(256), comment: 'c'.repeat(1_024) },
  { deleted: true, bytes: new Uint8Array(0), expiresAtMs: 1 },
];

describe('encodeEntryField', () => {
  it.each(edges.map((edge, at) => [at, edge] as const))(
    'writes what the generated encoder writes (%i)',
    (_at, edge) => {
      const entry = new Entry({ ...plain, ...edge });
      const generated = GetResponse.encode({ entry: entryMessage(entry) }).finish();
      expect(Buffer.compare(encodeEntryField(entry, new Slab()), generated)).toBe(0);
    },
  );

  it('writes something readable of a time before the epoch', () => {
    const entry = new Entry({ ...plain, createdAtMs: -1.5 });
    expect(GetResponse.decode(encodeEntryField(entry, new Slab())).entry).toEqual(entryMessage(entry));
  });
});
