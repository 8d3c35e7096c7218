import { defaultVirtualNodes, HashRing } from './hash-ring.js';
import { emptyRing, type RingState } from './ring-state.js';

/** Who owns a namespace: an override if there is one, else whoever the hash ring says. Immutable. */
export class Ring {
  readonly state: RingState;
  readonly #hash: HashRing;

  private constructor(state: RingState, hash: HashRing) {
    this.state = state;
    this.#hash = hash;
  }

  static empty(virtualNodes: number = defaultVirtualNodes): Ring {
    return new Ring(emptyRing, HashRing.empty(virtualNodes));
  }

  /** The ring in another state. What it has in common with this one is not computed again. */
  withState(state: RingState): Ring {
    return new Ring(
      state,
      state.members === this.state.members ? this.#hash : this.#hash.withMembers(state.members.keys()),
    );
  }

  /** The id of the owner, who need not be a member (a claim outlives its owner). Undefined: the ring is empty. */
  ownerOf(namespace: string): string | undefined {
    return this.state.overrides.get(namespace) ?? this.#hash.ownerOf(namespace);
  }

  /** The owner if there were no override. */
  hashOwnerOf(namespace: string): string | undefined {
    return this.#hash.ownerOf(namespace);
  }
}
