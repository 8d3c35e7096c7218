import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Address } from './wire/address.js';

const receiveBufferBytes = 2 * 2 ** 20;

/** A UDP socket. What cannot be sent is lost, as it may be on the way. */
export class UdpEdge {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Binds to the address; port 0 takes any. Fails as the system does. */
  static async open(bind: Address, receive: (bytes: Uint8Array, from: Address) => void): Promise<UdpEdge> {
    const type = isIPv6(bind.host) ? 'udp6' : 'udp4';
    const socket = createSocket({ type, recvBufferSize: receiveBufferBytes });
    socket.on('message', (bytes, { address, port }) => receive(bytes, { host: address, port }));
    socket.bind(bind.port, bind.host);
    await once(socket, 'listening');
    socket.on('error', () => {}); // of a single packet
    return new UdpEdge(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(bytes: Uint8Array, to: Address): void {
    this.#socket.send(bytes, to.port, to.host, () => {});
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(resolve));
  }
}
