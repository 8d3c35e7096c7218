import { ConfigError, type Logger, type OwnershipStore, safeLogger } from '@cfg/core';
import { type AgreementOptions, type AgreementSettings, completeAgreement } from '../agreement/settings.js';
import { type Clock, type Random, systemClock } from '../clock.js';
import { limits } from '../gossip/inner.js';
import type { Member } from '../ring/ring-state.js';
import type { Transport } from '../transports/transport.js';

/** Where a node keeps the ring's last epoch, so that it goes on from there after a restart. */
export interface KeptEpoch {
  load(): Promise<number>;
  save(epoch: number): Promise<void>;
}

export interface ClusterOptions extends AgreementOptions {
  /** This node: a name that no other has, and the address (`host:port`) at which it serves gRPC to the others. */
  readonly self: Member;
  readonly transport: Transport;
  /** Where claims are recorded. Default: nowhere; then there are pins, but no claims. */
  readonly ownership?: OwnershipStore | undefined;
  /** Authenticates gossip by an HMAC. Nodes without the secret, all of the original among them, are not listened to. */
  readonly secret?: Uint8Array | undefined;
  /** Default: nowhere. */
  readonly keptEpoch?: KeptEpoch | undefined;
  readonly logger?: Logger | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

export interface ClusterSettings {
  readonly self: Member;
  readonly transport: Transport;
  readonly ownership: OwnershipStore | undefined;
  readonly secret: Uint8Array | undefined;
  readonly keptEpoch: KeptEpoch | undefined;
  readonly agreement: AgreementSettings;
  readonly logger: Required<Logger>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Completes the options. Throws `invalid_argument` with the option's name. */
export function completeCluster(options: ClusterOptions): ClusterSettings {
  const { self, transport, ownership, secret, keptEpoch, clock = systemClock, random = Math.random } = options;
  for (const field of ['id', 'addr'] as const) {
    const value = self?.[field];
    if (typeof value !== 'string' || value === '' || value.length > limits.nameLength) {
      throw new ConfigError('invalid_argument', `self.${field} must have 1 to ${limits.nameLength} characters`);
    }
  }
  if (typeof transport?.publish !== 'function')
    throw new ConfigError('invalid_argument', 'transport must be a transport');
  if (secret !== undefined && secret.length < 16) {
    throw new ConfigError('invalid_argument', 'secret must have 16 bytes or more');
  }
  const agreement = completeAgreement(options);
  return {
    self,
    transport,
    ownership,
    secret,
    keptEpoch,
    agreement,
    logger: safeLogger(options.logger),
    clock,
    random,
  };
}
