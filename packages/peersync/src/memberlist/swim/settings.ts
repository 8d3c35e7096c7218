import type { Address } from '../wire/address.js';

/** How a node takes part, in milliseconds where it is about time. */
export interface SwimSettings {
  readonly name: string;
  /** Where the others find this node. */
  readonly address: Address;
  /** The metadata of the node for the others, at most 512 bytes. */
  readonly meta: Uint8Array;
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly indirectChecks: number;
  readonly retransmitMult: number;
  readonly suspicionMult: number;
  readonly suspicionMaxTimeoutMult: number;
  readonly pushPullIntervalMs: number;
  readonly gossipIntervalMs: number;
  readonly gossipNodes: number;
  /** How long the dead are still told what happens, and are remembered. */
  readonly gossipToTheDeadMs: number;
  /** The health score stays below it. */
  readonly awarenessMax: number;
  /** Bytes that a packet has for messages. */
  readonly packetBytes: number;
}

/** DefaultLANConfig of hashicorp/memberlist. */
export const lanTimings: Omit<SwimSettings, 'name' | 'address' | 'meta' | 'packetBytes'> = {
  probeIntervalMs: 1_000,
  probeTimeoutMs: 500,
  indirectChecks: 3,
  retransmitMult: 4,
  suspicionMult: 4,
  suspicionMaxTimeoutMult: 6,
  pushPullIntervalMs: 30_000,
  gossipIntervalMs: 200,
  gossipNodes: 3,
  gossipToTheDeadMs: 30_000,
  awarenessMax: 8,
};

/** Bytes of a UDP packet, as Go sends them. */
export const udpBufferBytes = 1_400;

/** The versions that we speak: least, most and current, of memberlist's protocol and of the application's. */
export const ourVersions: Uint8Array = Uint8Array.of(1, 5, 2, 0, 0, 0);
