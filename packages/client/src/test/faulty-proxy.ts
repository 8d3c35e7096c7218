import { connect, createServer, type Server, type Socket } from 'node:net';

/** The fault that a proxy puts on the bytes of one connection. */
type Mode = 'pass' | 'stall' | 'drop';

interface Pair {
  mode: Mode;
  readonly sockets: readonly Socket[];
}

/** A TCP proxy in front of a server, with the faults of networks. */
export class FaultyProxy {
  /** Connections so far. */
  connections = 0;
  /** While true, new connections and those that are there drop everything, and do not say so; those remain so. */
  #silent = false;
  readonly #pairs = new Set<Pair>();
  readonly #listener: Server;

  private constructor(port: number) {
    this.#listener = createServer((near) => this.#connect(near, port));
  }

  static async open(port: number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(port);
    await new Promise<void>((resolve) => proxy.#listener.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.#listener.address() as { port: number }).port}`;
  }

  get silent(): boolean {
    return this.#silent;
  }

  set silent(silent: boolean) {
    this.#silent = silent;
    if (silent) for (const pair of this.#pairs) pair.mode = 'drop';
  }

  /** Ends all connections, as a crash would. */
  cut(): void {
    for (const { sockets } of this.#pairs) for (const socket of sockets) socket.resetAndDestroy();
  }

  /** Lets nothing pass for so long, in milliseconds, and loses nothing. */
  stall(ms: number): void {
    for (const pair of this.#pairs) {
      if (pair.mode !== 'pass') continue;
      pair.mode = 'stall';
      for (const socket of pair.sockets) socket.pause();
      setTimeout(() => {
        if (pair.mode !== 'stall') return;
        pair.mode = 'pass';
        for (const socket of pair.sockets) socket.resume();
      }, ms).unref();
    }
  }

  /** The connections that are there drop everything from now on; new ones work. */
  halfOpen(): void {
    for (const pair of this.#pairs) pair.mode = 'drop';
  }

  close(): void {
    this.#listener.close();
    this.cut();
  }

  #connect(near: Socket, port: number): void {
    this.connections += 1;
    const far = connect(port, '127.0.0.1');
    const pair: Pair = { mode: this.#silent ? 'drop' : 'pass', sockets: [near, far] };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => pair.mode !== 'drop' && to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => {
        this.#pairs.delete(pair);
        // A half-open connection does not say that its other end is gone.
        if (pair.mode !== 'drop' || from === near) to.destroy();
      });
    }
  }
}
