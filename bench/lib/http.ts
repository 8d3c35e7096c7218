import { connect, type Socket } from 'node:net';

/**
 * A client of one path of an HTTP server on this machine that costs a small part of what node:http's does, so that a fast
 * server is not measured by its client. Each connection has one request under way. It reads the head of the first answer
 * and holds the others against it: answers to the same request are of one length.
 */
export class HttpDriver {
  readonly #port: number;
  readonly #inFlight: number;
  #connections: Connection[] = [];

  constructor(port: number, inFlight = 32) {
    this.#port = port;
    this.#inFlight = inFlight;
  }

  /** Returns the body; rejects if the answer has another status. */
  async get(path: string, expected = 200): Promise<string> {
    const connection = await Connection.open(this.#port);
    try {
      return (await connection.first(path, expected)).body;
    } finally {
      connection.close();
    }
  }

  /** Calls per second. */
  async rate(path: string, durationMs: number, expected = 200): Promise<number> {
    if (this.#connections.length === 0) {
      const open = Array.from({ length: this.#inFlight }, () => Connection.open(this.#port));
      this.#connections = await Promise.all(open);
    }
    const [first] = this.#connections as [Connection];
    const { bytes } = await first.first(path, expected);
    const began = performance.now();
    const end = began + durationMs;
    const each = this.#connections.map((connection) => connection.run(path, expected, bytes, end));
    const calls = (await Promise.all(each)).reduce((sum, count) => sum + count, 0);
    return (calls * 1_000) / (performance.now() - began);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}

interface Answer {
  readonly body: string;
  /** Of head and body. */
  readonly bytes: number;
}

class Connection {
  readonly #socket: Socket;
  #read: (chunk: Buffer) => void = () => {};
  #failed: (error: Error) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#failed(error));
    socket.on('close', () => this.#failed(new Error('the server closed the connection')));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  /** Makes one call and reads its answer whole. */
  first(path: string, expected: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let text = '';
      this.#failed = reject;
      this.#read = (chunk) => {
        text += chunk.toString('latin1');
        const head = text.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
        const bytes = head + 4 + length;
        if (Number.isNaN(length) || !text.startsWith(statusLine(expected))) reject(new Error(`${path}: ${text}`));
        else if (text.length >= bytes) resolve({ body: text.slice(head + 4), bytes });
      };
      this.#socket.write(request(path));
    });
  }

  /** Makes one call after the other until `end`; resolves with their number. */
  run(path: string, expected: number, bytes: number, end: number): Promise<number> {
    const asked = Buffer.from(request(path), 'latin1');
    const status = statusLine(expected);
    return new Promise((resolve, reject) => {
      let calls = 0;
      let left = bytes;
      this.#failed = reject;
      this.#read = (chunk) => {
        if (left === bytes && chunk.toString('latin1', 0, status.length) !== status) {
          reject(new Error(`${path}: ${chunk.toString('latin1')}`));
          return;
        }
        left -= chunk.length;
        if (left < 0) reject(new Error(`${path}: an answer is longer than the first`));
        if (left !== 0) return;
        left = bytes;
        calls += 1;
        if (performance.now() < end) this.#socket.write(asked);
        else resolve(calls);
      };
      this.#socket.write(asked);
    });
  }

  close(): void {
    this.#failed = () => {};
    this.#socket.destroy();
  }
}

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;

const statusLine = (status: number): string => `HTTP/1.1 ${status}`;
