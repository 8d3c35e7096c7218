import { ConfigError } from '@cfg/core';
import { type Address, formatAddress } from './address.js';
import { reasonOf } from './reason.js';

/** An open door. */
export interface Door {
  /** With the port that it really has. */
  readonly address: Address;
  /** Lets nobody in any more, and resolves when those who are in have left. */
  drain(): Promise<void>;
  /** Throws out who is left. */
  cut(): void;
}

const reasons: readonly (readonly [sign: string, reason: string])[] = [
  ['EADDRINUSE', 'the port is in use'],
  ['EACCES', 'the port needs more rights than this process has'],
  ['EADDRNOTAVAIL', 'this machine does not have that address'],
  ['ENOTFOUND', 'there is no such host'],
  ['Name resolution failed', 'there is no such host'],
];

/** What to say when a door cannot be opened, in one line. */
export function cannotOpen(door: string, address: Address, cause: unknown): ConfigError {
  const told = reasonOf(cause);
  const reason = reasons.find(([sign]) => told.includes(sign))?.[1] ?? told;
  return new ConfigError('unavailable', `cannot open the ${door} door on ${formatAddress(address)}: ${reason}`, {
    cause,
  });
}
