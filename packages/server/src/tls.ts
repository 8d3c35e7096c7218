import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '@cfg/core';
import { reasonOf } from './reason.js';

/** PEM files that both doors are secured with. */
export interface TlsFiles {
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsClientCa?: string | undefined;
}

/** The contents of the files. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** If there is one, callers must show a certificate that it signed. */
  readonly clientCa: Buffer | undefined;
}

/**
 * Reads the files, and checks that the key is the certificate's. Undefined if none is named.
 *
 * @param nameOf what the user calls an option; errors name it so
 */
export function readTls(files: TlsFiles, nameOf: (option: keyof TlsFiles) => string): Tls | undefined {
  const { tlsCert, tlsKey, tlsClientCa } = files;
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return undefined;
  if (tlsCert === undefined) throw missing(nameOf(tlsKey === undefined ? 'tlsClientCa' : 'tlsKey'), nameOf('tlsCert'));
  if (tlsKey === undefined) throw missing(nameOf('tlsCert'), nameOf('tlsKey'));

  const cert = read(tlsCert, nameOf('tlsCert'));
  const key = read(tlsKey, nameOf('tlsKey'));
  const clientCa = tlsClientCa === undefined ? undefined : readAuthorities(tlsClientCa, nameOf('tlsClientCa'));
  check(() => createSecureContext({ cert }), `${nameOf('tlsCert')}: ${tlsCert} is not a certificate in PEM form`);
  check(() => createSecureContext({ key }), `${nameOf('tlsKey')}: ${tlsKey} is not an unencrypted key in PEM form`);
  check(() => createSecureContext({ cert, key }), `${nameOf('tlsKey')}: ${tlsKey} is not the key of ${tlsCert}`);
  return { cert, key, clientCa };
}

/** Reads the certificates of authorities. Errors name the option. */
export function readAuthorities(file: string, name: string): Buffer {
  const ca = read(file, name);
  const message = `${name}: ${file} is not a certificate in PEM form`;
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw new ConfigError('invalid_argument', message);
  check(() => createSecureContext({ ca }), message);
  return ca;
}

function read(file: string, name: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError('invalid_argument', `${name}: ${reasonOf(cause)}`, { cause });
  }
}

function check(use: () => unknown, message: string): void {
  try {
    use();
  } catch (cause) {
    throw new ConfigError('invalid_argument', message, { cause });
  }
}

const missing = (given: string, needed: string): ConfigError =>
  new ConfigError('invalid_argument', `${given} needs ${needed} as well`);
