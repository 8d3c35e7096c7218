import { ConfigError } from '@cfg/core';
import { type Address, formatAddress } from './address.js';
import { reasonOf } from './reason.js';

/** What goes on at a door. */
export interface DoorState {
  readonly connections: number;
  /** How often each limit was reached, by its name. */
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
  /** For metrics. Absent: nothing is known. */
  state?(): DoorState;
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
