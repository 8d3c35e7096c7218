import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { ConfigError, type Logger, safeLogger } from '@cfg/core';
import { wholeNumber } from '@cfg/core/store';
import { type Clock, type Random, systemClock } from '../clock.js';
import { lanTimings, type SwimSettings, udpBufferBytes } from './swim/settings.js';
import { type Address, isPrivate } from './wire/address.js';
import { mostMetaBytes, mostNameBytes } from './wire/messages.js';
import { Security, type SecurityOptions } from './wire/security.js';

/** Timings of the protocol, in milliseconds. Defaults are those of memberlist's DefaultLANConfig. */
export type Timings = typeof lanTimings;

export interface MemberlistOptions extends SecurityOptions {
  /** The node's name, which no other may have. Default the host's name. At most 255 bytes. */
  readonly name?: string | undefined;
  /** Where to listen, by UDP and TCP. Default 0.0.0.0, port 7946; port 0 takes any that is free for both. */
  readonly bind?: { readonly host?: string | undefined; readonly port?: number | undefined } | undefined;
  /** Where the others find this node, if it is not where it listens. Default: the bound address, or the first private one. */
  readonly advertise?: { readonly host?: string | undefined; readonly port?: number | undefined } | undefined;
  /** The metadata of this node for the others, at most 512 bytes. */
  readonly meta?: Uint8Array | undefined;
  readonly timings?: Partial<Timings> | undefined;
  /** How long a stream may take. Default 10 s. */
  readonly tcpTimeoutMs?: number | undefined;
  readonly logger?: Logger | undefined;
}

export interface MemberlistSettings {
  readonly name: string;
  readonly bind: Address;
  readonly advertise: { readonly host: string; readonly port: number | undefined };
  readonly meta: Uint8Array;
  readonly timings: Timings;
  readonly tcpTimeoutMs: number;
  readonly security: Security;
  readonly logger: Required<Logger>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Completes the options. Throws `invalid_argument` with the option's name. */
export function completeMemberlist(options: MemberlistOptions = {}): MemberlistSettings {
  const { name = hostname(), meta = new Uint8Array(0) } = options;
  if (name === '' || Buffer.byteLength(name) > mostNameBytes) {
    throw new ConfigError('invalid_argument', `name must have 1 to ${mostNameBytes} bytes`);
  }
  if (meta.length > mostMetaBytes) {
    throw new ConfigError('invalid_argument', `meta has ${meta.length} bytes, at most ${mostMetaBytes} are allowed`);
  }
  const bind = {
    host: ipAddress('bind', options.bind?.host ?? '0.0.0.0'),
    port: port('bind', options.bind?.port ?? 7_946),
  };
  const host = options.advertise?.host ?? (isWildcard(bind.host) ? ownAddress() : bind.host);
  const timings = { ...lanTimings, ...options.timings };
  for (const [timing, value] of Object.entries(timings)) wholeNumber(`timings.${timing}`, value, 1);
  return {
    name,
    bind,
    advertise: { host: ipAddress('advertise', host), port: options.advertise?.port },
    meta,
    timings,
    tcpTimeoutMs: wholeNumber('tcpTimeoutMs', options.tcpTimeoutMs ?? 10_000, 1),
    security: new Security(options),
    logger: safeLogger(options.logger),
    clock: systemClock,
    random: Math.random,
  };
}

/** The bytes that a compound and a checksum add to a packet. */
const compoundBytes = 2;
const checksumBytes = 5;

/** The settings of the protocol, when it is known where the node listens. */
export function swimSettings({ name, meta, timings, security }: MemberlistSettings, address: Address): SwimSettings {
  const packetBytes = udpBufferBytes - compoundBytes - checksumBytes - security.overhead;
  return { name, meta, address, packetBytes, ...timings };
}

function ipAddress(option: string, host: string): string {
  if (isIP(host) === 0)
    throw new ConfigError('invalid_argument', `${option}: ${JSON.stringify(host)} is not an IP address`);
  return host;
}

const port = (option: string, value: number): number => wholeNumber(`${option}.port`, value, 0, 65_535);

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** The first private address of the machine, else the first other one, else the loopback. */
function ownAddress(): string {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return own.find(isPrivate) ?? own[0] ?? '127.0.0.1';
}
