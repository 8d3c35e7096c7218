import type { Change } from '../contract/change.js';
import { Entry, type EntryInit } from '../contract/entry.js';
import { ConfigError, keyExists, keyNotFound, versionMismatch } from '../contract/errors.js';
import type { DeleteOptions, SetOptions } from '../contract/store.js';
import { wholeNumber } from '../util/whole-number.js';

/*
 * The rules of a write, once for all stores: given a key's last state (its entry, its tombstone, or nothing), what is
 * the next one? Pure; a store calls it inside its transaction, and appends the outcome to its log with `revision`.
 */

const nothing = new Uint8Array(0);

/** The last moment that a protobuf timestamp can say: an entry that expired later could not be sent. */
const latestExpiryMs = Date.UTC(10_000, 0) - 1;

/** Whether the entry is there at `nowMs`: neither deleted nor expired. */
export function isLive(entry: Entry | undefined, nowMs: number): entry is Entry {
  return entry !== undefined && !entry.deleted && (entry.expiresAtMs === undefined || entry.expiresAtMs > nowMs);
}

/** The entry after a set. `last` must not be an expired one: commit its deletion first. */
export function entryAfterSet(
  namespace: string,
  key: string,
  last: Entry | undefined,
  value: Pick<EntryInit, 'bytes' | 'codec' | 'type'>,
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
    version: (last?.version ?? 0) + 1,
    revision,
    createdAtMs: live?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
    expiresAtMs: expiryAfter(live, options.ttlMs, nowMs),
  });
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
 * What a write with a request id answers if it was done before: the first one's entry. `undefined`: it was not, or has
 * no id. Throws `invalid_argument` if the id was used on this key for something else.
 */
export function repeatedWrite(
  type: 'set' | 'delete',
  options: DeleteOptions,
  byRequest: (requestId: string) => Change | undefined,
): Entry | undefined {
  if (!options.requestId) return undefined;
  const first = byRequest(options.requestId);
  if (first !== undefined && first.type !== type) {
    throw new ConfigError(
      'invalid_argument',
      `request id ${JSON.stringify(options.requestId)} was used for another write`,
    );
  }
  return first?.entry;
}
