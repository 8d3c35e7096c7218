import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Address } from './wire/address.js';
import type { Security } from './wire/security.js';
import { encodeStream, type StreamMessage, StreamReader } from './wire/stream.js';
import { WireError } from './wire/wire-error.js';

/** Streams that are served at once; more are closed. */
const mostStreams = 128;

/** The answer to the other side of a stream; undefined: none. */
export type AnswerStream = (message: StreamMessage) => StreamMessage | undefined;

/** One request and at most one answer per connection. */
export class TcpEdge {
  readonly #server: Server;
  readonly #security: Security;
  readonly #timeoutMs: number;
  readonly #open = new Set<Socket>();
  readonly #answer: AnswerStream;
  readonly #refuse: (reason: string) => void;

  private constructor(security: Security, timeoutMs: number, answer: AnswerStream, refuse: (reason: string) => void) {
    this.#security = security;
    this.#timeoutMs = timeoutMs;
    this.#answer = answer;
    this.#refuse = refuse;
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  /** Listens at the address. `refuse` is told of what strangers send. Fails as the system does. */
  static async open(
    bind: Address,
    security: Security,
    timeoutMs: number,
    answer: AnswerStream,
    refuse: (reason: string) => void,
  ): Promise<TcpEdge> {
    const edge = new TcpEdge(security, timeoutMs, answer, refuse);
    edge.#server.listen(bind.port, bind.host);
    await once(edge.#server, 'listening');
    edge.#server.on('error', () => {});
    return edge;
  }

  /** Sends a message, and returns the answer if there is to be one. Fails if it does not come within the time. */
  async ask(to: Address, message: StreamMessage, timeoutMs: number = this.#timeoutMs): Promise<StreamMessage> {
    const socket = this.#watch(connect(to.port, to.host), timeoutMs);
    try {
      socket.write(encodeStream(message, this.#security, { first: true }));
      return await this.#read(socket, false);
    } finally {
      socket.destroy();
    }
  }

  /** Sends a message that has no answer. Fails if it could not be handed over within the time. */
  async tell(to: Address, message: StreamMessage): Promise<void> {
    const socket = this.#watch(connect(to.port, to.host), this.#timeoutMs);
    try {
      socket.end(encodeStream(message, this.#security, { first: true }));
      socket.resume();
      await once(socket, 'close');
      if (socket.errored) throw socket.errored;
    } finally {
      socket.destroy();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    if (this.#open.size >= mostStreams) {
      socket.destroy();
      this.#refuse('too many streams');
      return;
    }
    this.#watch(socket, this.#timeoutMs);
    try {
      const answer = this.#answer(await this.#read(socket, true));
      if (answer !== undefined) socket.write(encodeStream(answer, this.#security, { first: false }));
      socket.end();
    } catch (error) {
      this.#refuse((error as Error).message);
      // A stranger learns nothing; who has the label and the key, what is wrong with what it sent.
      if (error instanceof WireError && this.#security.keyring === undefined && this.#security.label.length === 0) {
        socket.end(encodeStream({ is: 'err', error: error.message }, this.#security, { first: false }));
      } else socket.destroy();
    }
  }

  #read(socket: Socket, first: boolean): Promise<StreamMessage> {
    const reader = new StreamReader(this.#security, { first });
    return new Promise((resolve, reject) => {
      socket.on('data', (chunk: Uint8Array) => {
        try {
          const message = reader.push(chunk);
          if (message === undefined) return;
          socket.pause();
          if (message.is === 'err') reject(new WireError(`the other side says: ${message.error}`));
          else resolve(message);
        } catch (error) {
          socket.pause();
          reject(error);
        }
      });
      socket.once('close', () => reject(socket.errored ?? new WireError('closed before the message was whole')));
    });
  }

  /** Ends the connection after the time, whatever it does. */
  #watch(socket: Socket, timeoutMs: number): Socket {
    this.#open.add(socket);
    const timer = setTimeout(() => socket.destroy(new WireError('no answer in time')), timeoutMs);
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      this.#open.delete(socket);
    });
    return socket;
  }
}
