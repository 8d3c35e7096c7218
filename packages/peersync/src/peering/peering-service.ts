import { checkNamespace, type TransferRecord } from '@cfg/core';
import { ConfigPeeringDefinition } from '@cfg/proto';
import { askGuard, type ConfigService, type Guard, refusal } from '@cfg/service';
import type { ServiceImplementation } from 'nice-grpc';
import type { CallContext } from 'nice-grpc-common';
import { Answering } from '../forwarding/answering.js';
import type { Peer } from '../lease/peer.js';
import type { Claims } from '../sync-store/dialer.js';
import { leaseMessage, pageMessage, voteMessage } from './messages.js';

/** The action that a guard is asked for a node of the cluster, with the namespace that it is about. */
export const peerAction = 'peer';

/**
 * The calls by which the other nodes of a cluster find out who holds a namespace, and take it over: only for who the
 * guard lets do `peer`, since they read and move whole namespaces. They run within the stages of `service`.
 *
 * @example
 * server.add(ConfigPeeringDefinition, peeringService(syncStore.peer, service, guard));
 */
export function peeringService(
  peer: Peer<TransferRecord> & Claims,
  service: ConfigService,
  guard: Guard,
): ServiceImplementation<ConfigPeeringDefinition> {
  const asked = askGuard(guard);

  async function allow(context: CallContext, method: string, namespace: string): Promise<void> {
    checkNamespace(namespace);
    const { metadata, peer: caller, signal } = context;
    const view = { metadata, peer: caller, signal, method };
    const identity = await asked.authenticate(view);
    const question = { action: peerAction, resource: { namespace, key: '', prefix: '' } };
    const refused = refusal(await asked.decide(identity, question, view));
    if (refused !== undefined) throw refused;
  }

  const rpc = ConfigPeeringDefinition;
  const implementation: ServiceImplementation<ConfigPeeringDefinition> = {
    async lookup({ namespace }, context) {
      await allow(context, rpc.lookup.path, namespace);
      return { lease: leaseMessage(await peer.lookup(namespace)) };
    },
    async holdings(_, context) {
      await allow(context, rpc.holdings.path, '');
      return { holdings: [...(await peer.holdings())] };
    },
    async changes({ position, logId }, context) {
      await allow(context, rpc.changes.path, '');
      const changes = await peer.changes({ position, logId });
      return { ...changes, holdings: [...changes.holdings] };
    },
    async vote({ namespace, candidate, term }, context) {
      await allow(context, rpc.vote.path, namespace);
      return voteMessage(await peer.vote(namespace, candidate, term));
    },
    async *pull({ namespace, position }, context) {
      await allow(context, rpc.pull.path, namespace);
      for await (const page of peer.pull(namespace, position)) yield pageMessage(page);
    },
    async freeze({ namespace, position }, context) {
      await allow(context, rpc.freeze.path, namespace);
      return pageMessage(await peer.freeze(namespace, position));
    },
    async handOver({ namespace, to, position }, context) {
      await allow(context, rpc.handOver.path, namespace);
      return { term: (await peer.hand(namespace, to, position)) ?? 0 };
    },
    async *gets(requests, context) {
      await allow(context, rpc.gets.path, '');
      yield* new Answering(service, context).answers(requests);
    },
    async claim({ namespace }, context) {
      await allow(context, rpc.claim.path, namespace);
      await peer.claim(namespace);
      return {};
    },
    async unclaim({ namespace }, context) {
      await allow(context, rpc.unclaim.path, namespace);
      return { unclaimed: await peer.unclaim(namespace) };
    },
  };
  return service.within(rpc, implementation);
}
