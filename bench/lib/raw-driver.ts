import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { messageCounter } from './driver.js';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const windowBytes = 2 ** 31 - 1;
const frameHeaderBytes = 9;

/**
 * A gRPC client that costs a small part of what node:http2 does, so that a fast server is not measured by its client:
 * HTTP/2 by hand, with one header block for all calls, and no look at answers beyond what counts them.
 */
export class RawDriver {
  #connections: Connection[];

  private constructor(connections: Connection[]) {
    this.#connections = connections;
  }

  static async open(
    port: number,
    { connections = 4, tls = false }: { readonly connections?: number; readonly tls?: boolean } = {},
  ): Promise<RawDriver> {
    return new RawDriver(await Promise.all(Array.from({ length: connections }, () => Connection.open(port, tls))));
  }

  /** The size of the answer's message to one call; rejects if it has none. */
  async answerBytes(path: string, message: Uint8Array): Promise<number> {
    const [connection] = this.#connections as [Connection];
    const before = connection.dataBytes;
    await connection.run(path, [message], 1, () => false);
    const bytes = connection.dataBytes - before - 5;
    if (bytes < 0) throw new Error(`${path} was not answered with a message`);
    return bytes;
  }

  /** Calls per second, with so many in flight altogether. Rejects if the answers are shorter than `answerBytes` each. */
  async rate(
    path: string,
    messages: readonly Uint8Array[],
    durationMs: number,
    { answerBytes = 0, inFlight = 64 }: { readonly answerBytes?: number; readonly inFlight?: number } = {},
  ): Promise<number> {
    const began = performance.now();
    const end = began + durationMs;
    const each = Math.ceil(inFlight / this.#connections.length);
    const before = this.#dataBytes();
    const calls = await Promise.all(
      this.#connections.map((connection) => connection.run(path, messages, each, () => performance.now() < end)),
    );
    const elapsed = performance.now() - began;
    const sum = calls.reduce((total, count) => total + count, 0);
    if (this.#dataBytes() - before < sum * (answerBytes + 5)) throw new Error(`${path}: some calls have no answer`);
    return (sum * 1_000) / elapsed;
  }

  /** Opens so many calls that stay open, and calls `onMessages` with the number of messages that came. */
  watch(path: string, message: Uint8Array, count: number, onMessages: (count: number) => void): void {
    for (let i = 0; i < count; i += 1) {
      (this.#connections[i % this.#connections.length] as Connection).watch(path, message, onMessages);
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #dataBytes(): number {
    return this.#connections.reduce((total, { dataBytes }) => total + dataBytes, 0);
  }
}

class Connection {
  dataBytes = 0;
  #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #lastId = -1;
  #ungranted = 0;
  #pending: Buffer[] = [];
  #ended: () => void = () => {};
  #failed: (error: Error) => void = () => {};
  #watches = new Map<number, (payload: Buffer) => void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => {});
    socket.once('close', () => this.#failed(new Error('the server closed the connection')));
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(4, 0);
    settings.writeUInt32BE(windowBytes, 2);
    socket.write(Buffer.concat([preface, frame(4, 0, 0, settings), frame(8, 0, 0, uint32(windowBytes - 65_535))]));
  }

  static open(port: number, tls: boolean): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket: Socket = tls
        ? connectTls({ port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false }, () => done())
        : connect({ port, host: '127.0.0.1', noDelay: true }, () => done());
      const done = (): void => resolve(new Connection(socket));
      socket.once('error', reject);
    });
  }

  /** Keeps so many calls in flight as long as `goOn` says; resolves with their number when all are answered. */
  run(path: string, messages: readonly Uint8Array[], inFlight: number, goOn: () => boolean): Promise<number> {
    const block = headerBlock(path);
    const bodies = messages.map((message) => Buffer.concat([Buffer.from([0]), uint32(message.length), message]));
    return new Promise((resolve, reject) => {
      let begun = 0;
      let answered = 0;
      this.#failed = reject;
      const begin = (): void => {
        this.#request(block, bodies[begun % bodies.length] as Buffer);
        begun += 1;
      };
      this.#ended = () => {
        answered += 1;
        if (goOn()) begin();
        else if (answered === begun) resolve(answered);
      };
      for (let i = 0; i < inFlight; i += 1) begin();
      this.#flush();
    });
  }

  watch(path: string, message: Uint8Array, onMessages: (count: number) => void): void {
    const count = messageCounter();
    this.#request(headerBlock(path), Buffer.concat([Buffer.from([0]), uint32(message.length), message]));
    this.#watches.set(this.#lastId, (payload) => onMessages(count(payload)));
    this.#flush();
  }

  close(): void {
    this.#failed = () => {};
    this.#socket.destroy();
  }

  #request(block: Buffer, body: Buffer): void {
    this.#lastId += 2;
    this.#pending.push(frame(1, 4, this.#lastId, block), frame(0, 1, this.#lastId, body));
  }

  #flush(): void {
    if (this.#pending.length > 0) this.#socket.write(Buffer.concat(this.#pending));
    this.#pending = [];
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (at + frameHeaderBytes <= bytes.length) {
      const length = bytes.readUIntBE(at, 3);
      const end = at + frameHeaderBytes + length;
      if (end > bytes.length) break;
      this.#frame(bytes, at, length, end);
      at = end;
    }
    this.#rest = bytes.subarray(at);
    this.#flush();
  }

  #frame(bytes: Buffer, at: number, length: number, end: number): void {
    const [type, flags] = [bytes[at + 3] as number, bytes[at + 4] as number];
    if (type === 0) {
      this.dataBytes += length;
      this.#ungranted += length;
      if (this.#ungranted > 2 ** 28) {
        this.#pending.push(frame(8, 0, 0, uint32(this.#ungranted)));
        this.#ungranted = 0;
      }
      const watch = this.#watches.size > 0 ? this.#watches.get(bytes.readUInt32BE(at + 5)) : undefined;
      watch?.(bytes.subarray(at + frameHeaderBytes, end));
    } else if (type === 4 && (flags & 1) === 0) {
      this.#pending.push(frame(4, 1, 0, Buffer.alloc(0)));
    } else if (type === 6 && (flags & 1) === 0) {
      this.#pending.push(frame(6, 1, 0, Buffer.from(bytes.subarray(at + frameHeaderBytes, end))));
    } else if (type === 3 && bytes.readUInt32BE(at + frameHeaderBytes) !== 0) {
      throw new Error(`a call was reset: ${bytes.readUInt32BE(at + frameHeaderBytes)}`);
    } else if (type === 7) {
      throw new Error(`GOAWAY: ${bytes.toString('latin1', at + frameHeaderBytes + 8, end)}`);
    }
    if (type <= 1 && flags & 1) this.#ended();
  }
}

/** All literal: the same bytes mean the same whatever came before. */
function headerBlock(path: string): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  const literal = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([0]), text(name), text(value)]);
  return Buffer.concat([
    Buffer.from([0x83, 0x86, 0x04]), // POST, http, :path
    text(path),
    Buffer.from([0x01]), // :authority
    text('localhost'),
    literal('content-type', 'application/grpc'),
    literal('te', 'trailers'),
  ]);
}

function frame(type: number, flags: number, id: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(frameHeaderBytes + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(id, 5);
  bytes.set(payload, frameHeaderBytes);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}
