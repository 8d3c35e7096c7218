import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ChannelCredentials } from '@grpc/grpc-js';

type Connector = ReturnType<ChannelCredentials['_createSecureConnector']>;
type ConnectorArguments = Parameters<ChannelCredentials['_createSecureConnector']>;

/** Judges a server by its connection. Throws where it is not the one that is meant. */
export type CheckServer = (socket: TLSSocket) => void;

/**
 * Credentials for a server that may be addressed by an IP address, or be known by its certificate alone. gRPC's own send an
 * address as the server's name, which TLS does not allow (Node.js warns of it); the certificate is checked for the address
 * all the same.
 */
export class TlsCredentials extends ChannelCredentials {
  readonly #ssl: ChannelCredentials;
  readonly #check: CheckServer | undefined;

  /** @param ssl made by `createSsl` */
  constructor(ssl: ChannelCredentials, check: CheckServer | undefined) {
    super();
    this.#ssl = ssl;
    this.#check = check;
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(...args: ConnectorArguments): Connector {
    const connector = this.#ssl._createSecureConnector(...args);
    withoutAddressAsName(connector);
    const check = this.#check;
    if (check === undefined) return connector;
    return {
      connect: async (raw) => {
        const result = await connector.connect(raw);
        try {
          check(result.socket as TLSSocket);
        } catch (error) {
          result.socket.destroy();
          throw error;
        }
        return result;
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  }
}

/** Without a name, Node.js checks the certificate for the host, which is the same address. */
function withoutAddressAsName(connector: Connector): void {
  const { connectionOptions } = connector as { connectionOptions?: { host?: string; servername?: string } };
  const { host, servername = '' } = connectionOptions ?? {};
  if (connectionOptions !== undefined && isIP(servername) > 0 && servername === host)
    delete connectionOptions.servername;
}
