import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from '@cfg/core';
import { FollowedFiles } from '@cfg/service';
import { ServerCredentials } from '@grpc/grpc-js';
import { readTls, type Tls, type TlsFiles } from './tls.js';

/** How often the files are looked at, in milliseconds. */
const pollIntervalMs = 2_000;

/** The lowest TLS version that is accepted. */
export const tlsFloor = { minVersion: 'TLSv1.2' } as const;

/**
 * The certificates of both doors, which are read again when their files change. New ones are for new connections; those
 * that are open go on. What cannot be used is logged and kept out.
 */
export class LiveTls implements Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | undefined;
  readonly #listeners: ((renewed: SecureContextOptions) => void)[] = [];
  readonly #followed: FollowedFiles | undefined;

  /** @param files where `tls` was read from; none: it is never read again */
  constructor(tls: Tls, files: TlsFiles, logger: Logger, intervalMs: number = pollIntervalMs) {
    this.cert = tls.cert;
    this.key = tls.key;
    this.clientCa = tls.clientCa;
    const paths = [files.tlsCert, files.tlsKey, files.tlsClientCa].filter((path) => path !== undefined);
    if (paths.length === 0) return;
    this.#followed = new FollowedFiles(paths, intervalMs, () => this.#renew(files, logger));
  }

  get context(): SecureContextOptions {
    return contextOf(this);
  }

  onRenewed(listener: (renewed: SecureContextOptions) => void): void {
    this.#listeners.push(listener);
  }

  /** Credentials for a gRPC server, which change with the files. */
  credentials(): ServerCredentials {
    const credentials = new RenewedCredentials(this);
    this.onRenewed((renewed) => credentials.renew(renewed));
    return credentials;
  }

  close(): void {
    this.#followed?.close();
  }

  #renew(files: TlsFiles, logger: Logger): void {
    try {
      const tls = readTls(files, (option) => option);
      if (tls === undefined) return;
      const renewed = contextOf(tls);
      createSecureContext(renewed);
      for (const listener of this.#listeners) listener(renewed);
      logger.info({ files }, 'new certificates are in force');
    } catch (error) {
      // A certificate is written before its key, say: the next change is looked at again.
      logger.error({ err: error, files }, 'the new certificates cannot be used; the old ones stay in force');
    }
  }
}

const contextOf = ({ cert, key, clientCa }: Tls): SecureContextOptions => ({
  ...tlsFloor,
  cert,
  key,
  ...(clientCa !== undefined && { ca: clientCa }),
});

class RenewedCredentials extends ServerCredentials {
  constructor(tls: LiveTls) {
    const checks = { requestCert: tls.clientCa !== undefined, rejectUnauthorized: tls.clientCa !== undefined };
    super({ ...tlsFloor, ...checks }, tls.context);
  }

  renew(context: SecureContextOptions): void {
    this.updateSecureContextOptions(context);
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
