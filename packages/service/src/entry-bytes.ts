import { type Entry, valueTypeNumber } from '@cfg/core';
import type { Slab } from './slab.js';
import { sizeOfBytes, sizeOfNumber, varintSize, WireWriter } from './wire-writer.js';

/*
 * Encodes an entry straight into one buffer: the same bytes as the generated encoder's, three times as fast, because
 * encoding is the largest part of what a Set costs here. A test compares the two.
 */

/** The tags of the fields: number and wire type. */
const tag = {
  namespace: 0x0a,
  key: 0x12,
  value: 0x1a,
  codec: 0x22,
  type: 0x28,
  version: 0x30,
  createdAt: 0x3a,
  updatedAt: 0x42,
  revision: 100 << 3,
  expiresAt: (101 << 3) | 2,
  deleted: 102 << 3,
  author: (103 << 3) | 2,
  comment: (104 << 3) | 2,
  secret: 105 << 3,
  masked: 106 << 3,
} as const;

/** The tags within a google.protobuf.Timestamp. */
const timeTag = { seconds: 0x08, nanos: 0x10 } as const;

const fieldOneTag = 0x0a;

/** The bytes of a message whose field 1 is the entry. */
export function encodeEntryField(entry: Entry, slab: Slab): Uint8Array {
  // Read once: a store may keep small values as text.
  const { bytes } = entry;
  const namespace = Buffer.byteLength(entry.namespace);
  const key = Buffer.byteLength(entry.key);
  const codec = Buffer.byteLength(entry.codec);
  const author = Buffer.byteLength(entry.author);
  const comment = Buffer.byteLength(entry.comment);
  const size =
    sizeOfBytes(namespace) +
    sizeOfBytes(key) +
    sizeOfBytes(bytes.byteLength) +
    sizeOfBytes(codec) +
    sizeOfNumber(valueTypeNumber(entry.type)) +
    sizeOfNumber(entry.version) +
    sizeOfTime(entry.createdAtMs) +
    sizeOfTime(entry.updatedAtMs) +
    extended(sizeOfNumber(entry.revision)) +
    (entry.expiresAtMs === undefined ? 0 : extended(sizeOfTime(entry.expiresAtMs))) +
    extended(sizeOfNumber(Number(entry.deleted))) +
    extended(sizeOfBytes(author)) +
    extended(sizeOfBytes(comment)) +
    extended(sizeOfNumber(Number(entry.secret))) +
    extended(sizeOfNumber(Number(entry.masked)));
  const writer = new WireWriter(slab.allocate(1 + varintSize(size) + size));
  writer.varint(fieldOneTag);
  writer.varint(size);
  writer.text(tag.namespace, entry.namespace, namespace);
  writer.text(tag.key, entry.key, key);
  writer.bytes(tag.value, bytes);
  writer.text(tag.codec, entry.codec, codec);
  writer.number(tag.type, valueTypeNumber(entry.type));
  writer.number(tag.version, entry.version);
  writeTime(writer, tag.createdAt, entry.createdAtMs);
  writeTime(writer, tag.updatedAt, entry.updatedAtMs);
  writer.number(tag.revision, entry.revision);
  if (entry.expiresAtMs !== undefined) writeTime(writer, tag.expiresAt, entry.expiresAtMs);
  writer.number(tag.deleted, Number(entry.deleted));
  writer.text(tag.author, entry.author, author);
  writer.text(tag.comment, entry.comment, comment);
  writer.number(tag.secret, Number(entry.secret));
  writer.number(tag.masked, Number(entry.masked));
  return writer.buffer;
}

/** A time's whole seconds. Times before the epoch, which only a wrong clock makes, are the epoch. */
export const secondsOf = (ms: number): number => Math.max(0, Math.floor(ms / 1000));

/** The rest of a time in nanoseconds. */
export const nanosOf = (ms: number): number => Math.max(0, Math.round((ms - secondsOf(ms) * 1000) * 1_000_000));

/** The size of a field whose number is 16 or more: its tag has a second byte. */
const extended = (size: number): number => (size === 0 ? 0 : size + 1);

const sizeOfTime = (ms: number): number => 2 + sizeOfNumber(secondsOf(ms)) + sizeOfNumber(nanosOf(ms));

function writeTime(writer: WireWriter, tag: number, ms: number): void {
  writer.varint(tag);
  writer.varint(sizeOfTime(ms) - 2);
  writer.number(timeTag.seconds, secondsOf(ms));
  writer.number(timeTag.nanos, nanosOf(ms));
}
