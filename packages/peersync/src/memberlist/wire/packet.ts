import { crc32 } from 'node:zlib';
import { unpackLzw } from './lzw.js';
import { decodeMessage, Fields, type Message, types } from './messages.js';
import { unpack } from './msgpack.js';
import type { Security } from './security.js';
import { WireError } from './wire-error.js';

/** The limits of an unpacked packet: its size and its depth. */
const mostBytes = 65_536;
const mostDepth = 4;
const mostMessages = 1_024;

export interface OpenedPacket {
  readonly messages: readonly Message[];
  /** The faults of its parts. */
  readonly faults: readonly string[];
}

/** Takes off all layers of a packet. Never throws: what cannot be used is told as a fault. */
export function openPacket(bytes: Uint8Array, security: Security): OpenedPacket {
  const opening = new Opening();
  opening.attempt(() => opening.open(unsealed(security.withoutLabel(bytes), security), mostDepth));
  return opening;
}

/** Puts one or several messages into a packet. `crc`: with a checksum, which nodes since protocol 5 understand. */
export function sealPacket(messages: readonly Uint8Array[], security: Security, crc: boolean): Uint8Array {
  const body = messages.length === 1 ? (messages[0] as Uint8Array) : compound(messages);
  const checked = crc ? Buffer.concat([Uint8Array.of(types.hasCrc), uint32(crc32(body)), body]) : body;
  const sealed = security.keyring?.seal(checked, security.label) ?? checked;
  return security.header.length === 0 ? sealed : Buffer.concat([security.header, sealed]);
}

/** Unpacks the body of a `compress` message. */
export function unpackCompressed(bytes: Uint8Array, limit: number): Uint8Array {
  const fields = new Fields(unpack(bytes, 1).value);
  if (fields.uint('Algo') !== 0) throw new WireError('packed in an unknown way');
  return unpackLzw(fields.bytes('Buf'), limit);
}

function unsealed(bytes: Uint8Array, { keyring, label, verifyIncoming }: Security): Uint8Array {
  if (keyring === undefined) return bytes;
  try {
    return keyring.open(bytes, label);
  } catch (error) {
    if (verifyIncoming) throw error;
    return bytes;
  }
}

class Opening implements OpenedPacket {
  readonly messages: Message[] = [];
  readonly faults: string[] = [];
  #left = mostBytes;

  attempt(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.faults.push(error.message);
    }
  }

  open(bytes: Uint8Array, depth: number): void {
    const [type] = bytes;
    if (depth === 0) throw new WireError('layers too deep');
    if (type === types.hasCrc) this.open(checked(bytes), depth - 1);
    else if (type === types.compound) this.#openCompound(bytes, depth - 1);
    else if (type === types.compress) {
      const plain = unpackCompressed(bytes, this.#left);
      this.#left -= plain.length;
      this.open(plain, depth - 1);
    } else {
      if (this.messages.length === mostMessages) throw new WireError('too many messages');
      const message = decodeMessage(bytes);
      if (message === undefined) throw new WireError(type === undefined ? 'empty' : `unknown type ${type}`);
      this.messages.push(message);
    }
  }

  /** Whole parts are used, also where the last one is cut off. */
  #openCompound(bytes: Uint8Array, depth: number): void {
    const count = bytes[1] ?? 0;
    let at = 2 + 2 * count;
    for (let part = 0; part < count; part++) {
      const length = ((bytes[2 + 2 * part] ?? 0) << 8) | (bytes[3 + 2 * part] ?? 0);
      if (at + length > bytes.length) throw new WireError('a compound that is cut off');
      const from = at;
      this.attempt(() => this.open(bytes.subarray(from, from + length), depth));
      at += length;
    }
  }
}

function checked(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 5) throw new WireError('truncated');
  const body = bytes.subarray(5);
  const told = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  if (crc32(body) !== told) throw new WireError('a wrong checksum');
  return body;
}

/** At most 255 messages: more would not fit into a packet anyway. */
function compound(messages: readonly Uint8Array[]): Uint8Array {
  const lengths = Buffer.alloc(2 * messages.length);
  for (const [i, { length }] of messages.entries()) lengths.writeUInt16BE(length, 2 * i);
  return Buffer.concat([Uint8Array.of(types.compound, messages.length), lengths, ...messages]);
}

export function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
