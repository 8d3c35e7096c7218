import type { Ring } from '../ring/ring.js';
import type { Member } from '../ring/ring-state.js';
import type { Cluster, ClusterEvents } from './cluster.js';

/** A cluster as its users see it from a node. */
export class ClusterView {
  readonly cluster: Cluster;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** This node. */
  get self(): Member {
    return this.cluster.self;
  }

  /** The members of the ring, by id. */
  get members(): readonly Member[] {
    return [...this.ringState.state.members].map(([id, addr]) => ({ id, addr })).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  hasMember(id: string): boolean {
    return this.ringState.state.members.has(id);
  }

  get ringState(): Ring {
    return this.cluster.ring;
  }

  /** The id of the node to which the ring sends the namespace, who need not be there. */
  ownerOf(namespace: string): string | undefined {
    return this.cluster.ring.ownerOf(namespace);
  }

  on<E extends keyof ClusterEvents>(event: E, handler: ClusterEvents[E]): () => void {
    return this.cluster.on(event, handler);
  }
}
