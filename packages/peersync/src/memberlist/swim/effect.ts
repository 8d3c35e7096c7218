import type { Address } from '../wire/address.js';
import type { KnownNode } from './node-table.js';

/** The effects that the protocol asks for. */
export type SwimEffect =
  /** Send these messages in one packet. */
  | { readonly do: 'send'; readonly to: Address; readonly messages: readonly Uint8Array[]; readonly crc: boolean }
  /** Ping by a stream; tell `streamAck` if the answer comes before the deadline. */
  | {
      readonly do: 'ping-stream';
      readonly to: Address;
      readonly node: string;
      readonly seqNo: number;
      readonly deadline: number;
    }
  /** Exchange everything that is known with a node. */
  | { readonly do: 'push-pull'; readonly to: Address }
  /** A node is there now, is not any more (it said goodbye, or did not answer), or tells something new of itself. */
  | { readonly do: 'tell'; readonly what: 'joined' | 'updated' | 'left' | 'gone'; readonly node: KnownNode }
  /** A user message has come. */
  | { readonly do: 'deliver'; readonly payload: Uint8Array }
  /** Something was not as it should be, for the log. */
  | { readonly do: 'note'; readonly what: string };
