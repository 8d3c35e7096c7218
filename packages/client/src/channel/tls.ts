import { ConfigError } from '@cfg/core';
import { ChannelCredentials } from '@grpc/grpc-js';
import { fingerprintOf, hasFingerprint } from './fingerprint.js';
import { TlsCredentials } from './tls-credentials.js';

/** Whom to trust, and whom to be. All in PEM, but for the fingerprint. */
export interface TlsOptions {
  /** The certificate authorities to trust. Default: those that Node.js brings. */
  readonly ca?: string | Uint8Array | undefined;
  /** The certificate chain to show to a server that asks for one. Goes with `key`. */
  readonly cert?: string | Uint8Array | undefined;
  /** The private key of `cert`. */
  readonly key?: string | Uint8Array | undefined;
  /**
   * The SHA-256 fingerprint of the server's certificate, 64 hexadecimal digits, with or without colons: this certificate is
   * trusted while it is valid, whoever has signed it and whatever names are in it, and no other. For a server with a
   * certificate of its own making, as of `cfg-server --tls self-signed`, which logs it. Does not go with `ca`.
   */
  readonly fingerprint256?: string | undefined;
}

const names: ReadonlySet<string> = new Set(['ca', 'cert', 'key', 'fingerprint256']);

/** Throws `invalid_argument` for options that are none, or contradict each other. */
export function checkTls(insecure: boolean, tls: TlsOptions | undefined): void {
  if (tls === undefined) return;
  if (insecure) throw wrong('contradicts insecure: true');
  if (typeof tls !== 'object' || tls === null) throw wrong('must be an object');
  for (const name of Object.keys(tls))
    if (!names.has(name)) throw wrong(`has no ${name}: it has ${[...names].join(', ')}`);
  const { ca, cert, key, fingerprint256 } = tls;
  if ((cert === undefined) !== (key === undefined)) throw wrong('needs both cert and key, or neither');
  if (fingerprint256 === undefined) return;
  if (ca !== undefined) throw wrong('has a ca and a fingerprint256, of which either says whom to trust');
  if (fingerprintOf(fingerprint256) === undefined) {
    throw wrong('has a fingerprint256 that is not the SHA-256 of a certificate, 64 hexadecimal digits');
  }
}

/** Throws `invalid_argument` for what is not PEM. */
export function credentials(insecure: boolean, { ca, cert, key, fingerprint256 }: TlsOptions = {}): ChannelCredentials {
  if (insecure) return ChannelCredentials.createInsecure();
  const fingerprint = fingerprintOf(fingerprint256);
  // The fingerprint says more than an authority could; it is checked before anything is sent.
  const verify = fingerprint === undefined ? {} : { rejectUnauthorized: false };
  try {
    const ssl = ChannelCredentials.createSsl(pem(ca), pem(key), pem(cert), verify);
    return new TlsCredentials(ssl, fingerprint === undefined ? undefined : hasFingerprint(fingerprint));
  } catch (cause) {
    throw wrong('has a ca, cert or key that is not PEM', cause);
  }
}

const pem = (text: TlsOptions['ca']): Buffer | null => (text === undefined ? null : Buffer.from(text));

const wrong = (why: string, cause?: unknown): ConfigError =>
  new ConfigError('invalid_argument', `option tls ${why}`, { cause });
