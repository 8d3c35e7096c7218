import { ConfigError } from '@cfg/core';
import { ConfigPeeringDefinition } from '@cfg/proto';
import type { Decision, Guard, GuardContext, Identity } from '@cfg/service';
import { Metadata } from 'nice-grpc-common';
import { type Behalf, behalfHeader, parseBehalf } from './behalf.js';
import { peerAction } from './peering-service.js';

const peering = new Set(Object.values(ConfigPeeringDefinition).map(({ path }) => path));
const everything = { namespace: '', key: '', prefix: '' };

/**
 * The guard of a node of a cluster: it takes the word of another node, whom `guard` lets do `peer`, for whom a call is
 * made that the other one sends on. A node may say which TLS certificate its caller has shown, or the name under which
 * it knows the caller, or that it does not know the caller: `guard` then decides as if that caller had come here. It may
 * not say what the caller may do, nor call as another node: no such caller may `peer`.
 *
 * `guard.authorize` must take identities of a name alone, as `rbac`, `opaGuard` and `allowAll` do.
 *
 * @example
 * const guard = peerGuard(rbac(policy));
 * const service = createConfigService(syncStore, { guard });
 */
export function peerGuard(guard: Guard): Guard {
  /** Of callers whom another node has named. */
  const named = new WeakSet<Identity>();

  async function authenticate(context: GuardContext, text: string): Promise<Identity> {
    const node = await guard.authenticate(context);
    const decision = await guard.authorize(node, peerAction, everything, context);
    if (decision?.allowed !== true || peering.has(context.method)) {
      throw new ConfigError('permission_denied', `only a node of the cluster may say ${behalfHeader}`);
    }
    const identity = { ...(await identityOf(parseBehalf(text), context)) };
    named.add(identity);
    return identity;
  }

  async function identityOf({ user, certificate }: Behalf, context: GuardContext): Promise<Identity> {
    if (user !== undefined) return { userId: user, claims: {} };
    const { peer, signal, method } = context;
    const metadata = Metadata();
    for (const [name, values] of context.metadata) if (name !== 'authorization') metadata.set(name, values as string[]);
    return guard.authenticate({ metadata, peer, signal, method, certificate });
  }

  return {
    authenticate(context) {
      const text = context.metadata.get(behalfHeader);
      return text === undefined ? guard.authenticate(context) : authenticate(context, text);
    },
    authorize(identity, action, resource, context): Decision | Promise<Decision> {
      if (!named.has(identity)) return guard.authorize(identity, action, resource, context);
      if (action === peerAction) return { allowed: false, reason: 'a caller of another node is no node' };
      return guard.authorize(identity, action, resource, context);
    },
  };
}
