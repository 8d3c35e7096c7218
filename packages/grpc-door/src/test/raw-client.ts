import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Flag, FrameType, frameHeaderBytes } from '../http2/protocol.js';
import { type Frame, frame, Headers, hello } from './frames.js';

/** A client on a real socket that sends what it likes. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  readonly headers: Headers = new Headers();
  /** The bytes that the server sent and nobody took yet. */
  readonly frames: Frame[] = [];
  /** Whether it answers pings and settings as it should. */
  polite = true;
  #rest = Buffer.alloc(0);
  #arrived: () => void = () => {};
  #closed: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }

  /** @param at a port of the loopback, or the path of a socket */
  static async connect(at: number | string, greeting: Buffer = hello): Promise<RawClient> {
    const socket = typeof at === 'string' ? connect(at) : connect({ port: at, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const client = new RawClient(socket);
    client.send(greeting);
    return client;
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    await this.#closed;
  }

  send(...bytes: Buffer[]): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(bytes));
  }

  /** The next frame that is wanted; others are dropped. Rejects if the connection ends before. */
  async next(wanted: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      for (let frame = this.frames.shift(); frame !== undefined; frame = this.frames.shift()) {
        if (wanted(frame)) return frame;
      }
      if (this.socket.destroyed) throw new Error('the server closed the connection');
      const arrived = new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
      await Promise.race([arrived, this.#closed]);
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (this.#rest.length < frameHeaderBytes) break;
      const end = frameHeaderBytes + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) break;
      this.#take({
        type: this.#rest.readUInt8(3),
        flags: this.#rest.readUInt8(4),
        id: this.#rest.readUInt32BE(5),
        payload: this.#rest.subarray(frameHeaderBytes, end),
      });
      this.#rest = this.#rest.subarray(end);
    }
    this.#arrived();
  }

  #take(one: Frame): void {
    this.frames.push(one);
    if (!this.polite || one.flags & Flag.ack) return;
    if (one.type === FrameType.ping) this.send(frame(FrameType.ping, Flag.ack, 0, one.payload));
    if (one.type === FrameType.settings) this.send(frame(FrameType.settings, Flag.ack, 0));
  }
}
