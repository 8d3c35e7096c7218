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

  /** The members that are to have a copy of what `holder` holds: the first `count` after the namespace's point. */
  followersOf(namespace: string, holder: string, count: number): string[] {
    const followers: string[] = [];
    if (count === 0) return followers;
    for (const id of this.#hash.membersFrom(namespace)) {
      if (id !== holder) followers.push(id);
      if (followers.length === count) break;
    }
    return followers;
  }

  /** The owner if there were no override. */
  hashOwnerOf(namespace: string): string | undefined {
    return this.#hash.ownerOf(namespace);
  }
}
