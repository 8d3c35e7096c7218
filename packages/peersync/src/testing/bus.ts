import { Envelopes } from '../gossip/envelope.js';
import type { GossipMessage } from '../gossip/message.js';
import type { Network } from './network.js';

/** Who listens on the bus. */
export interface Listener {
  readonly id: string;
  receive(bytes: Uint8Array): void;
}

/** Publish and subscribe as Redis does it: everyone who listens gets it, the sender too, if the network lets it pass. */
export class Bus {
  readonly #network: Network;
  readonly #envelopes = new Envelopes();
  readonly #listeners = new Map<string, Listener>();

  constructor(network: Network) {
    this.#network = network;
  }

  attach(listener: Listener): void {
    this.#listeners.set(listener.id, listener);
  }

  /** Drops the messages that are still on their way to the listener. */
  detach(listener: Listener): void {
    if (this.#listeners.get(listener.id) === listener) this.#listeners.delete(listener.id);
  }

  publish(from: string, message: GossipMessage): void {
    this.publishBytes(from, this.#envelopes.encode(message));
  }

  publishBytes(from: string, bytes: Uint8Array): void {
    for (const [to, listener] of this.#listeners) {
      this.#network.send(from, to, () => {
        if (this.#listeners.get(to) === listener) listener.receive(bytes);
      });
    }
  }
}
