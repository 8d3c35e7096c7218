import { sorted } from '../ring/ring-state.js';
import type { Cluster } from './cluster.js';

/** The cluster as one node sees it: the original's JSON, with more fields. */
export interface ClusterStatus {
  readonly self: { readonly id: string; readonly addr: string };
  readonly epoch: number;
  readonly members: readonly { readonly id: string; readonly addr: string }[];
  readonly overrides: Readonly<Record<string, string>>;
  /** *Ours:* everyone that is known, and how. */
  readonly presence: readonly {
    readonly id: string;
    readonly addr: string;
    readonly is: string;
    readonly ours: boolean;
  }[];
  /** *Ours:* how often gossip was refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

export function statusOf(cluster: Cluster): ClusterStatus {
  const { members, overrides, epoch } = cluster.ring.state;
  return {
    self: cluster.self,
    epoch,
    members: sorted(members).map(([id, addr]) => ({ id, addr })),
    overrides: Object.fromEntries(sorted(overrides)),
    presence: [...cluster.membership].map(([id, { addr, is }]) => ({
      id,
      addr,
      is,
      ours: cluster.membership.isKin(id),
    })),
    refused: Object.fromEntries(cluster.refused),
  };
}

/** Just enough of a response of Node.js or express. */
interface Response {
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** A handler of HTTP requests that answers with the {@link ClusterStatus}. Protect it: it names the nodes. */
export function statusHandler(cluster: Cluster): (request: unknown, response: Response) => void {
  return (_request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(statusOf(cluster)));
  };
}
