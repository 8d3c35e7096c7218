import type { IncomingMessage } from 'node:http';

/** A request as node has it, or with what express adds to it, which heeds its setting `trust proxy`. */
export type GatewayRequest = IncomingMessage & {
  readonly ip?: string | undefined;
  readonly protocol?: string | undefined;
  readonly originalUrl?: string | undefined;
};

export interface Caller {
  readonly address: string;
  /** Address and port, in the form that gRPC has. */
  readonly peer: string;
}

/**
 * Who sent the request: the socket's other end, or where an express application says that it stands behind proxies,
 * who they say.
 */
export function callerOf(request: GatewayRequest): Caller {
  const { remoteAddress, remotePort = 0 } = request.socket;
  const said = request.ip ?? remoteAddress ?? 'unknown';
  const address = /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(said) ? said.slice(7) : said;
  return { address, peer: `${address.includes(':') ? `[${address}]` : address}:${remotePort}` };
}
