import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a store and its database, and does what networks do. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  /** How many bytes came from the database so far. */
  received = 0;
  #stalled = false;
  #refusing = false;

  /** Opens one that leads to the database of `url`. */
  static async open(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(Number(new URL(url).port));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(port: number) {
    this.#server = createServer((inner) => {
      if (this.#refusing) return void inner.destroy();
      const outer = connect(port, '127.0.0.1');
      const pair = [inner, outer] as const;
      this.#pairs.add(pair);
      for (const [from, to] of [pair, [outer, inner] as const]) {
        from.on('error', () => {});
        from.on('close', () => to.destroy());
        from.pipe(to);
        if (this.#stalled) from.pause();
      }
      outer.on('data', (bytes: Buffer) => {
        this.received += bytes.length;
      });
      inner.on('close', () => this.#pairs.delete(pair));
    });
  }

  /** The same database, through the proxy. */
  urlOf(url: string): string {
    const through = new URL(url);
    through.port = String((this.#server.address() as AddressInfo).port);
    return through.href;
  }

  /** Breaks every connection. */
  cut(): void {
    for (const [inner, outer] of this.#pairs) {
      inner.destroy();
      outer.destroy();
    }
  }

  /** Whether new connections are refused. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  /** Whether the connections carry nothing any more, while neither side is told. */
  stall(stalled: boolean): void {
    this.#stalled = stalled;
    for (const socket of [...this.#pairs].flat()) {
      if (stalled) socket.pause();
      else socket.resume();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
