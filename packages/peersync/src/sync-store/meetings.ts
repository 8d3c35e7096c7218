import { isConfigError, type Logger } from '@cfg/core';
import { isDoneWithin } from '@cfg/core/store';
import type { Cluster } from '../cluster/cluster.js';
import type { LeaseFinder } from '../lease/finder.js';
import type { Connections } from './connections.js';

/** How long a node that starts waits for what the others hold, in milliseconds. */
const patienceMs = 3_000;

/**
 * Where a node meets others: a namespace may have been claimed away from one that was gone, which does not know of it.
 * It then gives way, and keeps its copy.
 */
export class Meetings {
  readonly #cluster: Cluster;
  readonly #connections: Connections;
  readonly #finder: LeaseFinder;
  readonly #logger: Required<Logger>;

  constructor(cluster: Cluster, connections: Connections, finder: LeaseFinder, logger: Required<Logger>) {
    this.#cluster = cluster;
    this.#connections = connections;
    this.#finder = finder;
    this.#logger = logger;
  }

  /** Meets everyone who is there when this node starts, before it serves what it held when it ended. */
  async atStart(settled: Promise<void>): Promise<void> {
    await settled;
    await isDoneWithin(this.with([...this.#cluster.membership.live().keys()]), patienceMs);
  }

  /** Meets these members, as far as they are ours and answer. */
  async with(ids: readonly string[]): Promise<void> {
    const others = ids.filter((id) => id !== this.#cluster.self.id && !this.#connections.isOriginal(id));
    await Promise.all(others.map((id) => this.#meet(id)));
  }

  async #meet(id: string): Promise<void> {
    try {
      for (const { namespace, term } of await this.#finder.meet(id)) {
        const fields = { namespace, holder: id, term };
        this.#logger.error(fields, 'two nodes held a namespace: this one gave way, and keeps its copy');
      }
    } catch (error) {
      // Who is away is met when it comes; a dispute about the ring brings the two together again.
      if (!isConfigError(error)) throw error;
    }
  }
}
