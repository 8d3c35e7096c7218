import type { ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import type { Client } from 'nice-grpc';

/** The client that a `RemoteStore` calls: over a channel, or in process. */
export type ConfigClient = Client<ConfigServiceDefinition>;

/** For batch, restore and search. */
export type OperationsClient = Client<ConfigOperationsDefinition>;

/** The clients of one server. `operations` may be absent from a ready-made pair. */
export interface Clients {
  readonly client: ConfigClient;
  readonly operations?: OperationsClient | undefined;
}
