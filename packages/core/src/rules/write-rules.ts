import type { Change } from '../contract/change.js';
import { Entry, type EntryInit } from '../contract/entry.js';
import { ConfigError, keyExists, keyNotFound, versionMismatch } from '../contract/errors.js';
import type { DeleteOptions, SetOptions, WriteOptions } from '../contract/store.js';
import { wholeNumber } from '../util/whole-number.js';

/*
 * The rules of a write, once for all stores: given a key's last state (its entry, its tombstone, or nothing), what is
 * the next one? Pure; a transaction calls them, and appends the outcome to the log with `revision`.
 */

const nothing = new Uint8Array(0);

/** The last moment that a protobuf timestamp can say: an entry that expired later could not be sent. */
const latestExpiryMs = Date.UTC(10_000, 0) - 1;

/** Whether the entry is there at `nowMs`: neither deleted nor expired. */
export function isLive(entry: Entry | undefined, nowMs: number): entry is Entry {
  return entry !== undefined && !entry.deleted && (entry.expiresAtMs === undefined || entry.expiresAtMs > nowMs);
}

/** Whether a state of a key comes after another one of the same key. A tombstone has the version that it ends. */
export function isLater(a: Pick<EntryInit, 'version' | 'deleted'>, b: Pick<EntryInit, 'version' | 'deleted'>): boolean {
  return a.version > b.version || (a.version === b.version && a.deleted === true && b.deleted !== true);
}

/** The entry after a set. `last` must not be an expired one: commit its deletion first. */
export function entryAfterSet(
  namespace: string,
  key: string,
  last: Entry | undefined,
  value: Pick<EntryInit, 'bytes' | 'codec' | 'type' | 'secret'>,
  options: SetOptions,
  revision: number,
  nowMs: number,
): Entry {
  const live = last !== undefined && !last.deleted ? last : undefined;
  if (options.mode === 'create' && live) throw keyExists(namespace, key);
  if (options.mode === 'update' && !live) throw keyNotFound(namespace, key);
  checkVersion(namespace, key, live, options.ifVersion);
  return new Entry({
    namespace,
    key,
    bytes: value.bytes,
    codec: value.codec,
    type: value.type,
    secret: value.secret,
    version: (last?.version ?? 0) + 1,
    revision,
    createdAtMs: live?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
    expiresAtMs: expiryAfter(live, options.ttlMs, nowMs),
    author: options.author,
    comment: options.comment,
  });
}

/** The entry after an earlier state was brought back. `expiresAtMs` is that of the earlier state, if it is still ahead. */
export function entryAfterRestore(
  past: Entry,
  last: Entry | undefined,
  options: WriteOptions,
  revision: number,
  nowMs: number,
): Entry {
  const { namespace, key, bytes, codec, type, secret, expiresAtMs } = past;
  const value = { bytes, codec, type, secret };
  const entry = entryAfterSet(namespace, key, last, value, { ...options, ttlMs: 0 }, revision, nowMs);
  return expiresAtMs !== undefined && expiresAtMs > nowMs ? new Entry({ ...entry, bytes, expiresAtMs }) : entry;
}

/** The tombstone after a delete. */
export function entryAfterDelete(
  namespace: string,
  key: string,
  last: Entry | undefined,
  options: DeleteOptions,
  revision: number,
  nowMs: number,
): Entry {
  const live = last !== undefined && !last.deleted ? last : undefined;
  if (!live) throw keyNotFound(namespace, key);
  checkVersion(namespace, key, live, options.ifVersion);
  return new Entry({
    namespace,
    key,
    bytes: nothing,
    codec: live.codec,
    type: live.type,
    version: live.version,
    revision,
    createdAtMs: live.createdAtMs,
    updatedAtMs: nowMs,
    deleted: true,
    author: options.author,
    comment: options.comment,
  });
}

function checkVersion(namespace: string, key: string, live: Entry | undefined, expected: number | undefined): void {
  if (expected === undefined) return;
  wholeNumber('ifVersion', expected);
  const current = live?.version ?? 0;
  if (current !== expected) throw versionMismatch(namespace, key, expected, current);
}

function expiryAfter(live: Entry | undefined, ttlMs: number | undefined, nowMs: number): number | undefined {
  if (ttlMs === undefined) return live?.expiresAtMs;
  if (ttlMs === 0) return undefined;
  if (!(ttlMs > 0 && nowMs + ttlMs <= latestExpiryMs)) {
    throw new ConfigError('invalid_argument', 'ttl must be 0 or more, and end within the year 9999');
  }
  return nowMs + Math.ceil(ttlMs);
}

/**
 * The entry that a write with a request id returns if it was done before: the first one's. `undefined`: it was not, or
 * has no id. `firsts` are the changes with the id in the namespace, in order. Throws `invalid_argument` if the id was
 * used on this key for something else.
 */
export function repeatedWrite(
  type: 'set' | 'delete',
  key: string,
  requestId: string,
  firsts: readonly Change[],
): Entry | undefined {
  const at = firsts.findIndex(({ entry }) => entry.key === key);
  const first = firsts[at];
  if (first === undefined) return undefined;
  if (first.type !== type || first.more || firsts[at - 1]?.more) throw otherWrite(requestId);
  return first.entry;
}

/**
 * The changes of a batch or a restore that was done before with the same request id; `undefined` if it was not. Throws
 * `invalid_argument` if the id was used for something else: `keys`, where they are known, are not those of the first.
 */
export function repeatedBatch(
  requestId: string,
  firsts: readonly Change[],
  keys: readonly string[] | undefined,
): readonly Change[] | undefined {
  if (firsts.length === 0) return undefined;
  const isOneWrite = firsts.every(({ more }, index) => more === index < firsts.length - 1);
  const isThisWrite = keys?.every((key, index) => firsts[index]?.entry.key === key) ?? true;
  if (!isOneWrite || !isThisWrite || (keys !== undefined && keys.length !== firsts.length)) throw otherWrite(requestId);
  return firsts;
}

const otherWrite = (requestId: string): ConfigError =>
  new ConfigError('invalid_argument', `request id ${JSON.stringify(requestId)} was used for another write`);

const limits = { author: 256, comment: 1_024, requestId: 256 } as const;

/** Throws `invalid_argument` where a text that is kept with a change is too long. */
export function checkWrite(options: DeleteOptions): void {
  for (const name of ['author', 'comment', 'requestId'] as const) {
    const text = options[name];
    if (text !== undefined && text.length > limits[name]) {
      throw new ConfigError('invalid_argument', `${name} is longer than ${limits[name]} characters`);
    }
  }
}
