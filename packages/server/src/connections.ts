import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const channel = 'net.server.socket';

/** The connections that come in on `port` of this process, for a server whose library keeps them to itself. */
export class Connections {
  readonly #open = new Set<Socket>();
  readonly #add: (message: unknown) => void;

  constructor(port: number) {
    this.#add = (message) => {
      const { socket } = message as { socket: Socket };
      if (socket.localPort !== port) return;
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    };
    subscribe(channel, this.#add);
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Closes connections that nothing can come of: those whose client has not sent a byte, and those that are closed on
   * our side, with everything sent, while the client does not close its own.
   */
  dropSilent(): void {
    for (const socket of this.#open) if (socket.bytesRead === 0 || socket.writableFinished) socket.destroy();
  }

  /** Closes all, and stops listening for new ones. */
  drop(): void {
    this.release();
    for (const socket of this.#open) socket.destroy();
  }

  /** Stops listening for new ones. Call this once the server accepts no more connections. */
  release(): void {
    unsubscribe(channel, this.#add);
  }
}
