import { connect, type Socket } from 'node:net';

/** Clients of one stream of events that count blocks with data, and cost no more than that. */
export class SseDriver {
  readonly #sockets: Socket[];
  #received = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #done: () => void = () => {};

  private constructor(sockets: Socket[]) {
    this.#sockets = sockets;
    for (const socket of sockets) socket.on('data', (chunk: Buffer) => this.#count(chunk));
  }

  /** Resolves when each client has been greeted. */
  static async open(port: number, path: string, clients: number): Promise<SseDriver> {
    return new SseDriver(await Promise.all(Array.from({ length: clients }, () => greeted(port, path))));
  }

  /** Calls `begin`, and resolves with the events per second until each client has had `each` of them. */
  async rate(each: number, begin: () => Promise<unknown>): Promise<number> {
    this.#received = 0;
    this.#wanted = each * this.#sockets.length;
    const done = new Promise<void>((resolve) => {
      this.#done = resolve;
    });
    const began = performance.now();
    await Promise.all([begin(), done]);
    return (this.#wanted * 1_000) / (performance.now() - began);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #count(chunk: Buffer): void {
    for (let at = chunk.indexOf(mark); at >= 0; at = chunk.indexOf(mark, at + mark.length)) this.#received += 1;
    if (this.#received >= this.#wanted) this.#done();
  }
}

/** In every block of a change once, and in one piece: a block is written at once. */
const mark = Buffer.from('\ndata: {');

function greeted(port: number, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (!text.includes(': connected')) return;
      socket.off('data', read);
      resolve(socket);
    };
    socket.on('data', read).once('error', reject);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n`);
  });
}
