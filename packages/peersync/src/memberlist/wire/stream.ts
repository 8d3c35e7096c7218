import { ByteSource } from './byte-source.js';
import { type Ack, decodeMessage, encodeMessage, Fields, type Ping, types } from './messages.js';
import { type Packed, packMap, textOf, unpack } from './msgpack.js';
import { type NodeState, packState, readState } from './node-state.js';
import { uint32, unpackCompressed } from './packet.js';
import type { Security } from './security.js';
import { Truncated, WireError } from './wire-error.js';

/** Most bytes of a stream, packed or not, and most nodes in one. */
const mostBytes = 20 * 2 ** 20;
const mostNodes = 10_000;

/** All nodes that one side knows, and what the application adds. */
export interface PushPull {
  readonly is: 'pushPull';
  readonly join: boolean;
  readonly nodes: readonly NodeState[];
  readonly user: Uint8Array;
}

/** The messages on streams, one per connection and direction. */
export type StreamMessage =
  | PushPull
  | Ping
  | Ack
  | { readonly is: 'user'; readonly payload: Uint8Array }
  | { readonly is: 'err'; readonly error: string };

/** The message as it is sent. `first`: from the side that opened the connection, which says the label. */
export function encodeStream(
  message: StreamMessage,
  security: Security,
  { first }: { readonly first: boolean },
): Uint8Array {
  const plain = encodePlain(message);
  const { keyring, label, header } = security;
  let framed = plain;
  if (keyring !== undefined) {
    const length = uint32(plain.length + 29);
    const bound = Buffer.concat([Uint8Array.of(types.encrypt), length, label]);
    framed = Buffer.concat([Uint8Array.of(types.encrypt), length, keyring.seal(plain, bound)]);
  }
  return first ? Buffer.concat([header, framed]) : framed;
}

function encodePlain(message: StreamMessage): Uint8Array {
  if (message.is === 'pushPull') {
    const { nodes, user, join } = message;
    const header = packMap({ Nodes: nodes.length, UserStateLen: user.length, Join: join });
    return Buffer.concat([Uint8Array.of(types.pushPull), header, ...nodes.map(packState), user]);
  }
  if (message.is === 'user') {
    const header = packMap({ UserMsgLen: message.payload.length });
    return Buffer.concat([Uint8Array.of(types.user), header, message.payload]);
  }
  if (message.is === 'err') return Buffer.concat([Uint8Array.of(types.err), packMap({ Error: message.error })]);
  return encodeMessage(message);
}

/** Reads the one message that comes on a stream, bit by bit. */
export class StreamReader {
  readonly #source = new ByteSource(mostBytes);
  readonly #reading: Generator<undefined, StreamMessage, undefined>;

  /** `first`: the bytes are from the side that opened the connection, and begin with the label. */
  constructor(security: Security, { first }: { readonly first: boolean }) {
    this.#reading = readSealed(this.#source, security, first);
  }

  /** Takes in what has arrived. Returns the message when it is whole. Throws {@link WireError}. */
  push(chunk: Uint8Array): StreamMessage | undefined {
    this.#source.push(chunk);
    const { done, value } = this.#reading.next();
    return done ? value : undefined;
  }
}

type Reading<T> = Generator<undefined, T, undefined>;

function* readSealed(source: ByteSource, security: Security, first: boolean): Reading<StreamMessage> {
  let at = 0;
  if (first) {
    const [type] = yield* take(source, 0, 1);
    const length = type === types.hasLabel ? 2 + ((yield* take(source, 1, 1))[0] ?? 0) : 0;
    security.withoutLabel(yield* take(source, 0, Math.max(1, length)));
    at = length;
  }
  const [type] = yield* take(source, at, 1);
  const { keyring, label, verifyIncoming } = security;
  if (type !== types.encrypt) {
    if (keyring !== undefined && verifyIncoming) throw new WireError('not sealed');
    return yield* readPlain(source, at);
  }
  if (keyring === undefined) throw new WireError('sealed, and there is no key');
  const head = yield* take(source, at, 5);
  const length = new DataView(head.buffer, head.byteOffset).getUint32(1);
  if (length > mostBytes) throw new WireError(`a stream of ${length} bytes`);
  const bound = Buffer.concat([head, label]);
  return readWhole(keyring.open(yield* take(source, at + 5, length), bound));
}

/** Reads a message that is all there. */
function readWhole(bytes: Uint8Array): StreamMessage {
  const source = new ByteSource(mostBytes);
  source.push(bytes);
  const { done, value } = readPlain(source, 0).next();
  if (!done) throw new Truncated();
  return value;
}

function* readPlain(source: ByteSource, at: number, packed = true): Reading<StreamMessage> {
  const [type] = yield* take(source, at, 1);
  switch (type) {
    case types.compress: {
      if (!packed) throw new WireError('layers too deep');
      const { end } = yield* value(source, at + 1);
      const whole = new ByteSource(mostBytes);
      whole.push(unpackCompressed(source.bytes.subarray(at, end), mostBytes));
      const { done, value: message } = readPlain(whole, 0, false).next();
      if (!done) throw new Truncated();
      return message;
    }
    case types.pushPull:
      return yield* readPushPull(source, at + 1);
    case types.user: {
      const header = yield* value(source, at + 1);
      const length = new Fields(header.value).uint('UserMsgLen', mostBytes);
      return { is: 'user', payload: Uint8Array.from(yield* take(source, header.end, length)) };
    }
    case types.err: {
      const { value: fields } = yield* value(source, at + 1);
      return { is: 'err', error: textOf(new Fields(fields).bytes('Error')).slice(0, 200) };
    }
    case types.ping:
    case types.ack: {
      const { end } = yield* value(source, at + 1);
      return decodeMessage(source.bytes.subarray(at, end)) as Ping | Ack;
    }
    default:
      throw new WireError(`unknown type ${type} on a stream`);
  }
}

function* readPushPull(source: ByteSource, from: number): Reading<PushPull> {
  const header = yield* value(source, from);
  const fields = new Fields(header.value);
  const count = fields.uint('Nodes', mostNodes);
  const nodes: NodeState[] = [];
  let at = header.end;
  for (let i = 0; i < count; i++) {
    const state = yield* value(source, at);
    nodes.push(readState(state.value));
    at = state.end;
  }
  const user = yield* take(source, at, fields.uint('UserStateLen', mostBytes));
  return { is: 'pushPull', join: fields.flag('Join'), nodes, user: Uint8Array.from(user) };
}

/** One MessagePack value, when all of it has arrived. */
function* value(source: ByteSource, at: number): Reading<{ readonly value: Packed; readonly end: number }> {
  for (;;) {
    try {
      return unpack(source.bytes, at);
    } catch (error) {
      if (!(error instanceof Truncated)) throw error;
    }
    yield;
  }
}

function* take(source: ByteSource, at: number, length: number): Reading<Uint8Array> {
  while (source.bytes.length < at + length) yield;
  return source.bytes.subarray(at, at + length);
}
