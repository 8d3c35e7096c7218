import { ConfigError, Entry, type TransferRecord, valueTypeNumber, valueTypeOf } from '@cfg/core';
import {
  GetResponse,
  LeaseState,
  type VoteResponse,
  type Entry as WireEntry,
  type Lease as WireLease,
  type TransferRecord as WireRecord,
} from '@cfg/proto';
import type { Lease } from '../lease/lease.js';
import type { DataPage } from '../lease/peer.js';
import type { Vote } from '../lease/rules.js';

/** Messages of `config.v1.ConfigPeering`, and what they say. */

export function leaseMessage(lease: Lease | undefined): WireLease | undefined {
  if (lease === undefined) return undefined;
  const { term } = lease;
  switch (lease.is) {
    case 'owned':
      return { state: LeaseState.LEASE_STATE_OWNED, node: '', term, earlier: [] };
    case 'handed':
      return { state: LeaseState.LEASE_STATE_HANDED, node: lease.to, term, earlier: [] };
    case 'receiving':
      return { state: LeaseState.LEASE_STATE_RECEIVING, node: lease.from, term, earlier: [] };
    case 'promised':
      return { state: LeaseState.LEASE_STATE_PROMISED, node: lease.to, term, earlier: [...lease.earlier] };
  }
}

export function toLease(message: WireLease | undefined): Lease | undefined {
  if (message === undefined) return undefined;
  const { state, node, term, earlier } = message;
  switch (state) {
    case LeaseState.LEASE_STATE_OWNED:
      return { is: 'owned', term };
    case LeaseState.LEASE_STATE_HANDED:
      return { is: 'handed', to: node, term };
    case LeaseState.LEASE_STATE_RECEIVING:
      return { is: 'receiving', from: node, term };
    case LeaseState.LEASE_STATE_PROMISED:
      return { is: 'promised', to: node, term, earlier };
    default:
      throw new ConfigError('internal', `the peer told a lease of an unknown state, ${state}`);
  }
}

export function voteMessage(vote: Vote): VoteResponse {
  if (vote.is === 'granted') return { granted: true, earlier: [...vote.earlier], holder: '', term: 0 };
  if (vote.is === 'held') return { granted: false, earlier: [], holder: vote.holder.by, term: vote.holder.term };
  return { granted: false, earlier: [], holder: '', term: vote.term };
}

export function toVote({ granted, earlier, holder, term }: VoteResponse): Vote {
  if (granted) return { is: 'granted', earlier };
  return holder === '' ? { is: 'refused', term } : { is: 'held', holder: { by: holder, term } };
}

export function pageMessage({ records, position }: DataPage<TransferRecord>): {
  records: WireRecord[];
  position: number;
} {
  return { records: records.map(({ entry, requestId }) => ({ entry: entryMessage(entry), requestId })), position };
}

export function toPage(message: { records: WireRecord[]; position: number }): DataPage<TransferRecord> {
  const records = message.records.map(({ entry, requestId }) => ({ entry: toEntry(entry), requestId }));
  return { records, position: message.position };
}

function entryMessage(entry: Entry): WireEntry {
  const { namespace, key, codec, version, revision, deleted, author, comment, expiresAtMs } = entry;
  const { secret, masked } = entry;
  const expiresAt = expiresAtMs === undefined ? undefined : timestamp(expiresAtMs);
  const times = { createdAt: timestamp(entry.createdAtMs), updatedAt: timestamp(entry.updatedAtMs), expiresAt };
  const type = valueTypeNumber(entry.type);
  return {
    namespace,
    key,
    value: entry.bytes,
    codec,
    type,
    version,
    revision,
    deleted,
    author,
    comment,
    secret,
    masked,
    ...times,
  };
}

/** The entry of a GetResponse, which keeps its bytes: who sends it on need not encode it again. */
export function entryOf(response: Uint8Array): Entry {
  const own = new Uint8Array(response); // a view would keep the whole network chunk with it
  const { entry: message } = GetResponse.decode(own);
  const entry = toEntry(message, message?.value);
  entry.encoded = own;
  return entry;
}

function toEntry(message: WireEntry | undefined, bytes: Uint8Array = new Uint8Array(message?.value ?? [])): Entry {
  if (message === undefined) throw new ConfigError('internal', 'the peer sent a record without an entry');
  const { namespace, key, codec, version, revision, deleted, author, comment, expiresAt, secret, masked } = message;
  return new Entry({
    namespace,
    key,
    bytes,
    codec,
    type: valueTypeOf(message.type),
    version,
    revision,
    createdAtMs: toMs(message.createdAt),
    updatedAtMs: toMs(message.updatedAt),
    expiresAtMs: expiresAt && toMs(expiresAt),
    deleted,
    author,
    comment,
    secret,
    masked,
  });
}

interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

const timestamp = (ms: number): Timestamp => ({
  seconds: Math.floor(ms / 1_000),
  nanos: Math.round((ms - Math.floor(ms / 1_000) * 1_000) * 1e6),
});

const toMs = (time: Timestamp | undefined): number =>
  time === undefined ? 0 : time.seconds * 1_000 + Math.floor(time.nanos / 1e6);
