import { ConfigError } from '@cfg/core';
import { ChannelCredentials } from 'nice-grpc';

/** Whom to trust, and whom to be. All in PEM. */
export interface TlsOptions {
  /** The certificate authorities to trust. Default: those that Node.js brings. */
  readonly ca?: string | Uint8Array | undefined;
  /** The certificate chain to show to a server that asks for one. Goes with `key`. */
  readonly cert?: string | Uint8Array | undefined;
  /** The private key of `cert`. */
  readonly key?: string | Uint8Array | undefined;
}

/** Throws `invalid_argument` for options that contradict each other. */
export function checkTls(insecure: boolean, tls: TlsOptions | undefined): void {
  if (insecure && tls !== undefined) throw wrong('contradicts insecure: true');
  if ((tls?.cert === undefined) !== (tls?.key === undefined)) throw wrong('needs both cert and key, or neither');
}

/** Throws `invalid_argument` for what is not PEM. */
export function credentials(insecure: boolean, { ca, cert, key }: TlsOptions = {}): ChannelCredentials {
  if (insecure) return ChannelCredentials.createInsecure();
  try {
    return ChannelCredentials.createSsl(pem(ca), pem(key), pem(cert));
  } catch (cause) {
    throw wrong('has a ca, cert or key that is not PEM', cause);
  }
}

const pem = (text: TlsOptions['ca']): Buffer | null => (text === undefined ? null : Buffer.from(text));

const wrong = (why: string, cause?: unknown): ConfigError =>
  new ConfigError('invalid_argument', `option tls ${why}`, { cause });
