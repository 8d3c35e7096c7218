import { ConfigError } from '@cfg/core';
import type { MemberlistSettings } from './options.js';
import { TcpEdge } from './tcp.js';
import { UdpEdge } from './udp.js';
import type { Address } from './wire/address.js';
import type { StreamMessage } from './wire/stream.js';

/** The sockets of a memberlist: one port number with UDP and with TCP. */
export interface Edges {
  readonly udp: UdpEdge;
  readonly tcp: TcpEdge;
}

export interface EdgeHandlers {
  onPacket(bytes: Uint8Array, from: Address): void;
  /** Returns the answer to the other side of a stream; undefined: none. */
  onStream(message: StreamMessage): StreamMessage | undefined;
  onRefused(reason: string): void;
}

/** Listens with UDP and TCP. Fails with `unavailable` where that is not possible. */
export async function openEdges(
  { bind, security, tcpTimeoutMs }: MemberlistSettings,
  { onPacket, onStream, onRefused }: EdgeHandlers,
): Promise<Edges> {
  for (let attempt = 0; ; attempt++) {
    let udp: UdpEdge | undefined;
    try {
      udp = await UdpEdge.open(bind, onPacket);
      const both = { host: bind.host, port: udp.port };
      return { udp, tcp: await TcpEdge.open(both, security, tcpTimeoutMs, onStream, onRefused) };
    } catch (error) {
      await udp?.close();
      // With any port allowed, the one that UDP got may be taken for TCP.
      if (bind.port === 0 && attempt < 10) continue;
      const where = `${bind.host}:${bind.port}`;
      throw new ConfigError('unavailable', `cannot listen at ${where}: ${(error as Error).message}`, { cause: error });
    }
  }
}
