import type { Socket } from 'node:net';
import { Connection } from '../http2/connection.js';
import { highWaterBytes } from '../http2/sender.js';
import type { ConnectionEdge, ConnectionParts } from '../http2/session.js';
import { nowMs } from './clock.js';

/** How long a client may take to read our last words before its socket is destroyed. */
const lingerMs = 1_000;

/** A connection on its socket: hands on what comes in, and writes what a turn of the event loop has brought at once. */
export class SocketEdge implements ConnectionEdge {
  readonly connection: Connection;
  #socket: Socket;
  #maxOutputBytes: number;
  #closed: () => void;
  #scheduled = false;
  #ending = false;
  #full = false;

  /** @param closed called once the socket is gone */
  constructor(socket: Socket, parts: ConnectionParts, closed: () => void) {
    this.#socket = socket;
    this.#maxOutputBytes = parts.limits.maxOutputBytes;
    this.#closed = closed;
    this.connection = new Connection(parts, this, nowMs());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => this.#drained());
    socket.on('error', () => {}); // 'close' follows
    socket.on('end', () => this.connection.lost());
    socket.once('close', () => {
      this.connection.lost();
      this.#closed();
    });
  }

  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(this.#write);
  }

  end(): void {
    this.#ending = true;
    this.wake();
  }

  tick(): void {
    this.connection.tick(nowMs());
  }

  drain(): void {
    this.connection.drain(nowMs());
  }

  destroy(): void {
    this.connection.cancel();
    this.#write();
    this.#socket.destroySoon();
  }

  /** A fault of ours costs the connection on which it shows, and not the process. */
  #receive(chunk: Buffer): void {
    try {
      this.connection.receive(chunk, nowMs());
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
      this.connection.break();
    }
  }

  #write = (): void => {
    this.#scheduled = false;
    const socket = this.#socket;
    const pieces = this.connection.take();
    if (!socket.writable) return;
    if (pieces.length > 1) socket.cork();
    for (const piece of pieces) socket.write(piece);
    if (pieces.length > 1) socket.uncork();
    if (this.#ending) {
      this.#hangUp();
      return;
    }
    if (socket.writableLength >= highWaterBytes) this.#fill();
    else this.connection.written();
  };

  /** The socket holds enough for now. A client that makes us say more without reading is not listened to either. */
  #fill(): void {
    if (!this.#full) this.connection.pause(nowMs());
    this.#full = true;
    if (this.#socket.writableLength >= this.#maxOutputBytes) this.#socket.pause();
  }

  #drained(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#socket.resume();
    this.connection.written();
  }

  /** Lets the client read our last words, which a socket closed with unread input would lose. */
  #hangUp(): void {
    const socket = this.#socket;
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
    socket.once('close', () => clearTimeout(timer));
  }
}
