import { type Address, bytesOf, hostOf } from './address.js';
import { type Packed, packMap, textOf, unpack } from './msgpack.js';
import { WireError } from './wire-error.js';

/** The first byte of a message. */
export const types = {
  ping: 0,
  indirectPing: 1,
  ack: 2,
  suspect: 3,
  alive: 4,
  dead: 5,
  pushPull: 6,
  compound: 7,
  user: 8,
  compress: 9,
  encrypt: 10,
  nack: 11,
  hasCrc: 12,
  err: 13,
  hasLabel: 244,
} as const;

/** Who asks, so that the answer finds it. */
export interface Source extends Address {
  readonly node: string;
}

export interface Ping {
  readonly is: 'ping';
  readonly seqNo: number;
  readonly node: string;
  readonly source?: Source | undefined;
}
export interface IndirectPing {
  readonly is: 'indirectPing';
  readonly seqNo: number;
  readonly target: Address;
  readonly node: string;
  /** Whether the one who asks wants to be told that there was no answer. */
  readonly nack: boolean;
  readonly source?: Source | undefined;
}
export interface Ack {
  readonly is: 'ack';
  readonly seqNo: number;
  readonly payload?: Uint8Array | undefined;
}
export interface Nack {
  readonly is: 'nack';
  readonly seqNo: number;
}
/** "I, `from`, do not hear `node`", or "`node` is not there". Of oneself: a goodbye. */
export interface Accusation {
  readonly is: 'suspect' | 'dead';
  readonly incarnation: number;
  readonly node: string;
  readonly from: string;
}
export interface Alive {
  readonly is: 'alive';
  readonly incarnation: number;
  readonly node: string;
  readonly address: Address;
  readonly meta: Uint8Array;
  /** Versions of the protocol: least, most and current, of memberlist's and of the application's. */
  readonly vsn: Uint8Array;
}
export interface UserMessage {
  readonly is: 'user';
  readonly payload: Uint8Array;
}

/** The messages in packets, when all layers are off. */
export type Message = Ping | IndirectPing | Ack | Nack | Accusation | Alive | UserMessage;

/** Longest name of a node, in bytes, and longest metadata. */
export const mostNameBytes = 255;
export const mostMetaBytes = 512;

/** The message as bytes, type first. */
export function encodeMessage(message: Message): Uint8Array {
  switch (message.is) {
    case 'ping':
      return typed(types.ping, { SeqNo: message.seqNo, Node: message.node, ...sourceFields(message.source) });
    case 'indirectPing': {
      const { seqNo, target, node, nack, source } = message;
      const fields = { SeqNo: seqNo, Target: bytesOf(target.host), Port: target.port, Node: node, Nack: nack };
      return typed(types.indirectPing, { ...fields, ...sourceFields(source) });
    }
    case 'ack':
      return typed(types.ack, { SeqNo: message.seqNo, Payload: message.payload?.length ? message.payload : null });
    case 'nack':
      return typed(types.nack, { SeqNo: message.seqNo });
    case 'suspect':
    case 'dead':
      return typed(types[message.is], { Incarnation: message.incarnation, Node: message.node, From: message.from });
    case 'alive': {
      const { incarnation, node, address, meta, vsn } = message;
      const fields = { Incarnation: incarnation, Node: node, Meta: meta.length === 0 ? null : meta, Vsn: vsn };
      return typed(types.alive, { ...fields, Addr: bytesOf(address.host), Port: address.port });
    }
    case 'user':
      return Buffer.concat([Uint8Array.of(types.user), message.payload]);
  }
}

/** Reads a message of a packet. Undefined: a type that is not known. Throws {@link WireError}. */
export function decodeMessage(bytes: Uint8Array): Message | undefined {
  const type = bytes[0];
  if (type === types.user) return { is: 'user', payload: bytes.subarray(1) };
  const read = type === undefined ? undefined : readers[type];
  return read?.(new Fields(unpack(bytes, 1).value));
}

const readers: Readonly<Record<number, (fields: Fields) => Message>> = {
  [types.ping]: (fields) => ({
    is: 'ping',
    seqNo: fields.uint('SeqNo'),
    node: fields.name('Node'),
    source: fields.source(),
  }),
  [types.indirectPing]: (fields) => ({
    is: 'indirectPing',
    seqNo: fields.uint('SeqNo'),
    target: { host: hostOf(fields.bytes('Target')), port: fields.port('Port') },
    node: fields.name('Node'),
    nack: fields.flag('Nack'),
    source: fields.source(),
  }),
  [types.ack]: (fields) => ({ is: 'ack', seqNo: fields.uint('SeqNo'), payload: fields.bytes('Payload') }),
  [types.nack]: (fields) => ({ is: 'nack', seqNo: fields.uint('SeqNo') }),
  [types.suspect]: (fields) => readAccusation('suspect', fields),
  [types.dead]: (fields) => readAccusation('dead', fields),
  [types.alive]: (fields) => ({
    is: 'alive',
    incarnation: fields.uint('Incarnation'),
    node: fields.name('Node'),
    address: { host: hostOf(fields.bytes('Addr')), port: fields.port('Port') },
    meta: fields.meta(),
    vsn: fields.vsn(),
  }),
};

const readAccusation = (is: 'suspect' | 'dead', fields: Fields): Accusation => ({
  is,
  incarnation: fields.uint('Incarnation'),
  node: fields.name('Node'),
  from: fields.name('From'),
});

const typed = (type: number, fields: Parameters<typeof packMap>[0]): Uint8Array =>
  Buffer.concat([Uint8Array.of(type), packMap(fields)]);

const sourceFields = (source: Source | undefined): Parameters<typeof packMap>[0] =>
  source === undefined ? {} : { SourceAddr: bytesOf(source.host), SourcePort: source.port, SourceNode: source.node };

/** A struct of Go's as it was received: fields that are missing are zero, unknown ones are ignored. */
export class Fields {
  readonly #map: ReadonlyMap<string, Packed>;

  constructor(value: Packed) {
    if (!(value instanceof Map)) throw new WireError('no map where one should be');
    this.#map = value;
  }

  uint(name: string, most = 0xffffffff): number {
    const value = this.#map.get(name) ?? 0;
    if (typeof value !== 'number' || value < 0 || value > most)
      throw new WireError(`${name} is not a number of its range`);
    return value;
  }

  port(name: string): number {
    return this.uint(name, 0xffff);
  }

  flag(name: string): boolean {
    return this.#map.get(name) === true;
  }

  bytes(name: string): Uint8Array {
    const value = this.#map.get(name) ?? null;
    if (value === null) return new Uint8Array(0);
    if (Array.isArray(value)) return Uint8Array.from(value as number[]);
    if (!(value instanceof Uint8Array)) throw new WireError(`${name} is no bytes`);
    return value;
  }

  name(name: string): string {
    const bytes = this.bytes(name);
    if (bytes.length > mostNameBytes) throw new WireError(`${name} has ${bytes.length} bytes`);
    return textOf(bytes);
  }

  meta(): Uint8Array {
    const meta = this.bytes('Meta');
    if (meta.length > mostMetaBytes) throw new WireError(`Meta has ${meta.length} bytes`);
    return Uint8Array.from(meta); // kept for long: not a view into a whole packet
  }

  vsn(): Uint8Array {
    const vsn = this.bytes('Vsn');
    if (vsn.length !== 6) throw new WireError(`Vsn has ${vsn.length} bytes`);
    return Uint8Array.from(vsn);
  }

  source(): Source | undefined {
    const host = this.bytes('SourceAddr');
    if (host.length === 0) return undefined;
    return { host: hostOf(host), port: this.port('SourcePort'), node: this.name('SourceNode') };
  }
}
