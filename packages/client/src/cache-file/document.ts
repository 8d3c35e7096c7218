import { createHash } from 'node:crypto';
import { type CachedState, Entry, type Transformer, type ValueType, valueTypes } from '@cfg/core';

/** One remembered key: its namespace and its state. */
export type Item = readonly [namespace: string, key: string, state: CachedState];

const magic = 'cfg-cache 1';

interface Row {
  readonly n: string;
  readonly k: string;
  readonly r: number;
  readonly l: string;
  readonly s: string;
  /** Absent: the key is known not to exist. */
  readonly e?: {
    readonly b: string;
    readonly c: string;
    readonly t: ValueType;
    readonly v: number;
    readonly at: readonly [created: number, updated: number, expires: number | null];
    /** The bytes are encrypted. */
    readonly x?: true;
  };
}

/**
 * The file: a line that says what it is, with the checksum of the rest, then the states as JSON. Secrets are encrypted where
 * there is a key, and else left out; so is what is masked.
 */
export function encodeItems(items: Iterable<Item>, cipher: Transformer | undefined): Buffer {
  const rows: Row[] = [];
  for (const [n, k, { entry, revision, logId, session }] of items) {
    const row = { n, k, r: revision, l: logId, s: session };
    if (entry === undefined) {
      rows.push(row);
      continue;
    }
    const isSecret = entry.secret || entry.type === 'secret';
    if (entry.masked || (isSecret && cipher === undefined)) continue;
    const bytes = isSecret && cipher !== undefined ? cipher.apply(entry.bytes) : entry.bytes;
    const { codec: c, type: t, version: v, createdAtMs, updatedAtMs, expiresAtMs } = entry;
    const e = {
      b: Buffer.from(bytes).toString('base64'),
      c,
      t,
      v,
      at: [createdAtMs, updatedAtMs, expiresAtMs ?? null] as const,
    };
    rows.push({ ...row, e: isSecret ? { ...e, x: true } : e });
  }
  const body = Buffer.from(JSON.stringify(rows));
  return Buffer.concat([Buffer.from(`${magic} ${checksum(body)}\n`), body]);
}

/** The states in a file. Throws an `Error` that says why it cannot be used; secrets that cannot be read are left out. */
export function decodeItems(file: Buffer, cipher: Transformer | undefined): Item[] {
  const end = file.indexOf('\n');
  const head = file.subarray(0, Math.max(end, 0)).toString('latin1');
  if (!head.startsWith(`${magic} `)) throw new Error('it is not a cache file of this version');
  const body = file.subarray(end + 1);
  if (head.slice(magic.length + 1) !== checksum(body)) throw new Error('it is damaged');
  const rows = JSON.parse(body.toString()) as Row[];
  const items: Item[] = [];
  for (const { n: namespace, k: key, r: revision, l: logId, s: session, e } of rows) {
    const state = { revision, logId, session };
    if (e === undefined) {
      items.push([namespace, key, { ...state, entry: undefined }]);
      continue;
    }
    const bytes = bytesOf(e, cipher);
    if (bytes === undefined || !valueTypes.includes(e.t)) continue;
    const [createdAtMs, updatedAtMs, expires] = e.at;
    const secret = e.x ?? false;
    const facts = { codec: e.c, type: e.t, version: e.v, revision, createdAtMs, updatedAtMs, secret };
    const entry = new Entry({ namespace, key, bytes, ...facts, ...(expires !== null && { expiresAtMs: expires }) });
    items.push([namespace, key, { ...state, entry }]);
  }
  return items;
}

function bytesOf(entry: NonNullable<Row['e']>, cipher: Transformer | undefined): Uint8Array | undefined {
  const bytes = Buffer.from(entry.b, 'base64');
  if (!entry.x) return bytes;
  try {
    return cipher?.revert(bytes);
  } catch {
    return undefined;
  }
}

const checksum = (body: Buffer): string => createHash('sha256').update(body).digest('hex');
