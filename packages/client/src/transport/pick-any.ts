import { experimental } from '@grpc/grpc-js';

const name = 'cfg_pick_any';
type Update = Parameters<experimental.LoadBalancer['updateAddressList']>;

/**
 * gRPC's policy `pick_first` over the hosts of a name in random order, so that not all clients come to the first. The policy has an
 * option for that (`shuffleAddressList`), which in grpc-js leaves two hosts as they are, and never begins with the second of three.
 */
class PickAny extends experimental.ChildLoadBalancerHandler {
  readonly #first = experimental.parseLoadBalancingConfig({ pick_first: {} });

  override updateAddressList(endpoints: Update[0], _: Update[1], options: Update[2], note: Update[3]): boolean {
    const mixed = endpoints.ok ? experimental.statusOrFromValue(shuffled(endpoints.value)) : endpoints;
    return super.updateAddressList(mixed, this.#first, options, note);
  }

  override getTypeName(): string {
    return name;
  }
}

class PickAnyConfig {
  static createFromJson(): PickAnyConfig {
    return new PickAnyConfig();
  }

  getLoadBalancerName(): string {
    return name;
  }

  toJsonObject(): object {
    return { [name]: {} };
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const places = items.map((item) => ({ item, at: Math.random() }));
  return places.sort((one, other) => one.at - other.at).map(({ item }) => item);
}

/** The gRPC service configuration that asks for it. */
export function pickAny(): string {
  if (!experimental.isLoadBalancerNameRegistered(name)) {
    experimental.registerLoadBalancerType(name, PickAny, PickAnyConfig);
  }
  return JSON.stringify({ loadBalancingConfig: [{ [name]: {} }] });
}
