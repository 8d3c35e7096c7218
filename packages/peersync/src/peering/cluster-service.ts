import { ConfigError, checkNamespace, isConfigError } from '@cfg/core';
import { type ClusterMember, type ClusterNamespace, ConfigClusterDefinition, Presence } from '@cfg/proto';
import { type Asked, askGuard, type ConfigService, type Guard, type Identity, refusal } from '@cfg/service';
import type { ServiceImplementation } from 'nice-grpc';
import type { CallContext } from 'nice-grpc-common';
import type { SyncStore } from '../sync-store/sync-store.js';

/** The action that a guard is asked for who brings a namespace to a node, or removes the record of that. */
export const claimAction = 'claim';

const presences: Readonly<Record<string, Presence>> = {
  alive: Presence.PRESENCE_ALIVE,
  listed: Presence.PRESENCE_LISTED,
  left: Presence.PRESENCE_LEFT,
  gone: Presence.PRESENCE_GONE,
};

const asked = (action: string, namespace: string): Asked => ({ action, resource: { namespace, key: '', prefix: '' } });

/**
 * The calls by which those who run a cluster see it, and bring namespaces to nodes: `config.v1.ConfigCluster`. To see it
 * needs `list`, and of each namespace `read`; to claim one, or to give a claim up, needs `claim` on it. They run within
 * the stages of `service`.
 *
 * @example
 * server.add(ConfigClusterDefinition, clusterService(syncStore, service, guard));
 */
export function clusterService(
  store: SyncStore,
  service: Pick<ConfigService, 'within'>,
  guard: Guard,
): ServiceImplementation<ConfigClusterDefinition> {
  const ask = askGuard(guard);
  const rpc = ConfigClusterDefinition;

  /** Throws unless the caller may. Returns who it is, and what else it may. */
  async function allow(context: CallContext, method: string, question: Asked) {
    const { metadata, peer, signal } = context;
    const view = { metadata, peer, signal, method };
    const identity: Identity = await ask.authenticate(view);
    const refused = refusal(await ask.decide(identity, question, view));
    if (refused !== undefined) throw refused;
    return async (action: string, namespace: string) => ask.allows(identity, asked(action, namespace), view);
  }

  return service.within(rpc, {
    async getCluster(_, context) {
      const may = await allow(context, rpc.getCluster.path, asked('list', ''));
      const { names, incomplete } = await namespacesOf(store, context);
      const described = names.map(async (namespace): Promise<ClusterNamespace | undefined> => {
        if (!(await may('read', namespace))) return undefined;
        const claimedBy = store.cluster.claims.get(namespace) ?? '';
        const canClaim = await may(claimAction, namespace);
        return { namespace, owner: store.ownerOf(namespace) ?? '', claimedBy, canClaim };
      });
      return {
        self: store.self.id,
        epoch: store.ringState.state.epoch,
        members: membersOf(store),
        namespaces: (await Promise.all(described)).filter((each) => each !== undefined),
        incomplete,
        refused: Object.fromEntries(store.cluster.refused),
      };
    },
    async claimNamespace({ namespace, node }, context) {
      requireNamespace(namespace);
      await allow(context, rpc.claimNamespace.path, asked(claimAction, namespace));
      await store.claim(namespace, { node: node || undefined });
      return {};
    },
    async unclaimNamespace({ namespace }, context) {
      requireNamespace(namespace);
      await allow(context, rpc.unclaimNamespace.path, asked(claimAction, namespace));
      return { unclaimed: await store.unclaim(namespace, { node: store.cluster.claims.get(namespace) }) };
    },
  });
}

function requireNamespace(namespace: string): void {
  if (namespace === '') throw new ConfigError('invalid_argument', 'namespace is required');
  checkNamespace(namespace);
}

/** Those of all nodes; where one does not answer, those that this one knows of. */
async function namespacesOf(
  store: SyncStore,
  caller: CallContext,
): Promise<{ readonly names: readonly string[]; readonly incomplete: string }> {
  const known = [...store.ringState.state.overrides.keys(), ...store.cluster.claims.keys(), ...store.holdings];
  const sort = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
  try {
    const { namespaces } = await store.namespaces({}, { signal: caller.signal, caller });
    return { names: sort([...known, ...namespaces]), incomplete: '' };
  } catch (error) {
    if (!isConfigError(error, 'unavailable')) throw error;
    return { names: sort(known), incomplete: error.message };
  }
}

function membersOf({ cluster, ringState }: SyncStore): ClusterMember[] {
  const known = [...cluster.membership].sort(([a], [b]) => (a < b ? -1 : 1));
  return known.map(([id, { addr, is }]) => ({
    id,
    address: addr,
    presence: presences[is] ?? Presence.PRESENCE_UNSPECIFIED,
    inRing: ringState.state.members.has(id),
    ours: cluster.membership.isKin(id),
  }));
}
