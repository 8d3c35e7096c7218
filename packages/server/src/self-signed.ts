import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Tls } from './tls.js';

/** How long it is valid, in milliseconds: it is made anew at every start. */
const validMs = 30 * 24 * 60 * 60 * 1_000;

/** A certificate that nobody vouches for, in memory, for a first try on a network; `fingerprint256` tells it. */
export async function selfSigned(hosts: readonly string[]): Promise<Tls & { readonly fingerprint256: string }> {
  const names = [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...hosts])];
  const altNames = names.map((name) =>
    isIP(name) > 0 ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
  );
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: 'cfg-server, self-signed' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + validMs),
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  const { fingerprint256 } = new X509Certificate(made.cert);
  return { cert: Buffer.from(made.cert), key: Buffer.from(made.private), clientCa: undefined, fingerprint256 };
}
