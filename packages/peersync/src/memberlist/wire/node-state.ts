import { type Address, bytesOf, hostOf } from './address.js';
import { Fields } from './messages.js';
import type { Packed } from './msgpack.js';
import { packMap } from './msgpack.js';
import { WireError } from './wire-error.js';

/** States of a node, as push/pull numbers them. */
export const states = ['alive', 'suspect', 'dead', 'left'] as const;
export type State = (typeof states)[number];

/** A node as one member tells another of it. */
export interface NodeState {
  readonly name: string;
  readonly address: Address;
  readonly meta: Uint8Array;
  readonly incarnation: number;
  readonly state: State;
  readonly vsn: Uint8Array;
}

export function packState({ name, address, meta, incarnation, state, vsn }: NodeState): Uint8Array {
  return packMap({
    Name: name,
    Addr: bytesOf(address.host),
    Port: address.port,
    Meta: meta.length === 0 ? null : meta,
    Incarnation: incarnation,
    State: states.indexOf(state),
    Vsn: vsn,
  });
}

export function readState(value: Packed): NodeState {
  const fields = new Fields(value);
  const state = states[fields.uint('State')];
  if (state === undefined) throw new WireError('an unknown state');
  return {
    name: fields.name('Name'),
    address: { host: hostOf(fields.bytes('Addr')), port: fields.port('Port') },
    meta: fields.meta(),
    incarnation: fields.uint('Incarnation'),
    state,
    vsn: fields.vsn(),
  };
}
