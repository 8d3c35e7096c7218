import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../guards/client-certificate.js';

/** A request as node has it, or with what express adds to it, which heeds its setting `trust proxy`. */
export type HttpRequest = IncomingMessage & {
  readonly ip?: string | undefined;
  readonly protocol?: string | undefined;
  readonly host?: string | undefined;
  readonly originalUrl?: string | undefined;
};

/** Who sent a request, and where to. */
export interface HttpCaller {
  readonly address: string;
  /** Address and port, in the form that gRPC has. */
  readonly peer: string;
  /** `https` or `http`. */
  readonly protocol: string;
  /** The name, with the port if it is not the usual one, under which the server was addressed. */
  readonly host: string | undefined;
  /** The TLS certificate, if there is one that the server's authorities have signed. */
  readonly certificate: ClientCertificate | undefined;
}

/** Under which name the request says that the server was addressed; over HTTP/2 that is no header. */
export function hostOf(headers: IncomingHttpHeaders): string | undefined {
  const authority = headers[':authority'];
  return typeof authority === 'string' ? authority : headers.host;
}

/**
 * Who sent the request, and by which protocol: as the socket says, or where an express application stands behind
 * proxies that it trusts, as they say.
 */
export function callerOf(request: HttpRequest): HttpCaller {
  const { headers, socket } = request;
  const { remoteAddress = 'unknown', remotePort = 0 } = socket;
  // Express reads these headers at each look, so it is asked only where there are any.
  const said = (headers['x-forwarded-for'] !== undefined && printable(request.ip)) || remoteAddress;
  const address = /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(said) ? said.slice(7) : said;
  return {
    address,
    peer: `${address.includes(':') ? `[${address}]` : address}:${remotePort}`,
    protocol:
      (headers['x-forwarded-proto'] !== undefined && printable(request.protocol)) ||
      ('encrypted' in socket ? 'https' : 'http'),
    host: (headers['x-forwarded-host'] !== undefined && printable(request.host)) || printable(hostOf(headers)),
    certificate: socket instanceof TLSSocket && socket.authorized ? certificateOf(socket) : undefined,
  };
}

/** Node.js makes the certificate anew at each look. */
const certificates = new WeakMap<TLSSocket, ClientCertificate | undefined>();

function certificateOf(socket: TLSSocket): ClientCertificate | undefined {
  if (certificates.has(socket)) return certificates.get(socket);
  const found = socket.getPeerCertificate();
  const certificate = found.subject === undefined ? undefined : found;
  certificates.set(socket, certificate);
  return certificate;
}

/** The text if it can be metadata. */
const printable = (text: string | undefined): string | undefined =>
  text !== undefined && /^[ -~]+$/.test(text) ? text : undefined;
