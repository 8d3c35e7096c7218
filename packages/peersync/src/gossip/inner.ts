import { GossipError } from './gossip-error.js';
import type { Heartbeat, RingChange } from './message.js';

/** The limits of a message, so that hostile gossip cannot fill the memory. */
export const limits = {
  members: 1_000,
  overrides: 100_000,
  /** Characters of a member's id or address, or of a namespace. */
  nameLength: 1_024,
} as const;

type Json = Readonly<Record<string, unknown>>;

/** Checks the inner JSON of a heartbeat. Unknown fields are ignored. */
export function readHeartbeat(inner: Json): Heartbeat {
  const from = { id: idOf(inner.id), addr: addrOf(inner.addr) };
  if (typeof inner.v !== 'number') return { is: 'heartbeat', from };
  return {
    is: 'heartbeat',
    from,
    ring: { epoch: wholeOf('epoch', inner.epoch), digest: wholeOf('digest', inner.digest) },
  };
}

/** Checks the inner JSON of a ring change. */
export function readRing(inner: Json): RingChange {
  const listed = inner.members ?? [];
  if (!Array.isArray(listed)) throw new GossipError('members is not a list');
  if (listed.length > limits.members) throw new GossipError(`${listed.length} members`);
  const members = new Map<string, string>();
  for (const member of listed as (Json | null)[]) members.set(idOf(member?.id), addrOf(member?.addr));

  const told = inner.overrides ?? {};
  if (typeof told !== 'object' || Array.isArray(told)) throw new GossipError('overrides is not an object');
  const pairs = Object.entries(told);
  if (pairs.length > limits.overrides) throw new GossipError(`${pairs.length} overrides`);
  const overrides = new Map<string, string>();
  for (const [namespace, owner] of pairs) {
    if (namespace.length > limits.nameLength) throw new GossipError(`a namespace of ${namespace.length} characters`);
    overrides.set(namespace, idOf(owner));
  }
  return { is: 'ring', state: { members, overrides, epoch: wholeOf('epoch', inner.epoch) } };
}

function idOf(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > limits.nameLength) {
    throw new GossipError('a member without a proper id');
  }
  return value;
}

function addrOf(value: unknown): string {
  const addr = value ?? '';
  if (typeof addr !== 'string' || addr.length > limits.nameLength)
    throw new GossipError('a member without a proper address');
  return addr;
}

/** JSON has no integers: what is beyond 2^53 − 1 was already rounded, and is no number that we could exceed by one. */
function wholeOf(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new GossipError(`${name} is ${String(value).slice(0, 40)}`);
  return value as number;
}
