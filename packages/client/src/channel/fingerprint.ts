import type { TLSSocket } from 'node:tls';
import type { CheckServer } from './tls-credentials.js';

/** The 32 bytes as hexadecimal digits in upper case; `undefined` for what is no SHA-256 fingerprint. */
export function fingerprintOf(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^(?:[\da-f]{64}|[\da-f]{2}(?::[\da-f]{2}){31})$/i.test(text)) return undefined;
  return text.replaceAll(':', '').toUpperCase();
}

/** Takes a server for the right one that shows this certificate, whoever vouches for it, as long as it is valid. */
export function hasFingerprint(fingerprint: string): CheckServer {
  return (socket: TLSSocket) => {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) throw new Error('the server shows no certificate');
    const { fingerprint256, validFrom, validTo } = certificate;
    if (fingerprintOf(fingerprint256) !== fingerprint) {
      throw new Error(`the server's certificate is another one: its fingerprint is ${fingerprint256}`);
    }
    const now = Date.now();
    if (now > Date.parse(validTo)) throw new Error(`the server's certificate has expired on ${validTo}`);
    if (now < Date.parse(validFrom)) throw new Error(`the server's certificate is not valid before ${validFrom}`);
  };
}
