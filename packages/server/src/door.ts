import { ConfigError } from '@cfg/core';
import { type Address, formatAddress } from './address.js';
import { reasonOf } from './reason.js';

export interface DoorMetrics {
  /** Connections that are open. */
  readonly connections: number;
  /** How often each limit was reached; one that never was may be absent. */
  readonly limits: Readonly<Record<string, number>>;
}

/** An open door. */
export interface Door {
  /** With the port that the system chose, if it was 0. */
  readonly address: Address;
  /** Stops accepting connections; resolves when the open ones have finished. */
  drain(): Promise<void>;
  /** Destroys the remaining connections. */
  cut(): void;
  /** Its counts so far. Absent where its implementation does not tell them. */
  metrics?(): DoorMetrics;
}

const reasons: readonly (readonly [sign: string, reason: string])[] = [
  ['EADDRINUSE', 'the port is in use'],
  ['EACCES', 'the port needs more rights than this process has'],
  ['EADDRNOTAVAIL', 'this machine does not have that address'],
  ['ENOTFOUND', 'there is no such host'],
  ['Name resolution failed', 'there is no such host'],
];

/** The error of a door that cannot be opened, with the reason in one line. */
export function cannotOpen(door: string, address: Address, cause: unknown): ConfigError {
  const told = reasonOf(cause);
  const reason = reasons.find(([sign]) => told.includes(sign))?.[1] ?? told;
  return new ConfigError('unavailable', `cannot open the ${door} door on ${formatAddress(address)}: ${reason}`, {
    cause,
  });
}
