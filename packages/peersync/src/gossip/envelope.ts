import { createHmac, timingSafeEqual } from 'node:crypto';
import { sorted } from '../ring/ring-state.js';
import { GossipError } from './gossip-error.js';
import { readHeartbeat, readRing } from './inner.js';
import type { GossipMessage } from './message.js';

/** How the envelope's `t` names what is in it. The original knows 1 and 2, and ignores all others. */
const types = { heartbeat: 1, ring: 2, presence: 100 } as const;

/** Longest envelope that is read. A ring of 100,000 overrides takes about half of it. */
export const maxEnvelopeBytes: number = 16 * 2 ** 20;

/** The version of our extensions, told in every heartbeat. */
const extensions = 2;

/**
 * The original's wire format: `{"t": type, "p": base64 of the inner JSON}`. With a secret, also `"m"`, an HMAC-SHA-256
 * of both: nodes that do not have the secret, the original's among them, are then not listened to.
 */
export class Envelopes {
  readonly #secret: Uint8Array | undefined;

  constructor(secret?: Uint8Array | undefined) {
    this.#secret = secret;
  }

  /**
   * `quiet`: a heartbeat that nodes of the original do not see. Over a transport that tells by itself who is there,
   * they would take an ordinary one for another way to join.
   */
  encode(message: GossipMessage, { quiet = false }: { readonly quiet?: boolean } = {}): Uint8Array {
    const type = message.is === 'ring' ? types.ring : quiet ? types.presence : types.heartbeat;
    const payload = Buffer.from(JSON.stringify(innerOf(message))).toString('base64');
    const mac = this.#secret === undefined ? {} : { m: macOf(this.#secret, type, payload).toString('base64') };
    return Buffer.from(JSON.stringify({ t: type, p: payload, ...mac }));
  }

  /** Returns undefined for a type of a later version. Throws {@link GossipError} for what is malformed or forged. */
  decode(bytes: Uint8Array): GossipMessage | undefined {
    if (bytes.length > maxEnvelopeBytes) throw new GossipError(`an envelope of ${bytes.length} bytes`);
    const { t, p, m } = parseObject(Buffer.from(bytes).toString());
    if (typeof t !== 'number' || typeof p !== 'string') throw new GossipError('an envelope without type or payload');
    if (this.#secret !== undefined) checkMac(this.#secret, t, p, m);
    if (t !== types.heartbeat && t !== types.ring && t !== types.presence) return undefined;
    const inner = parseObject(Buffer.from(p, 'base64').toString());
    return t === types.ring ? readRing(inner) : readHeartbeat(inner);
  }
}

function innerOf(message: GossipMessage): object {
  if (message.is === 'heartbeat') {
    const { from, ring } = message;
    return ring === undefined
      ? { id: from.id, addr: from.addr }
      : { id: from.id, addr: from.addr, v: extensions, ...ring };
  }
  const { members, overrides, epoch } = message.state;
  return {
    members: sorted(members).map(([id, addr]) => ({ id, addr })),
    ...(overrides.size > 0 ? { overrides: Object.fromEntries(sorted(overrides)) } : {}),
    epoch,
  };
}

function parseObject(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new GossipError('not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new GossipError('not a JSON object');
  return parsed as Record<string, unknown>;
}

const macOf = (secret: Uint8Array, type: number, payload: string): Buffer =>
  createHmac('sha256', secret).update(`${type}.${payload}`).digest();

function checkMac(secret: Uint8Array, type: number, payload: string, told: unknown): void {
  const expected = macOf(secret, type, payload);
  const mac = typeof told === 'string' ? Buffer.from(told, 'base64') : Buffer.alloc(0);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw new GossipError('not authenticated by the cluster secret');
  }
}
