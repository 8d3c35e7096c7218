import type { ConfigServiceDefinition } from '@cfg/proto';
import type { Client } from 'nice-grpc';
import type { ServerFeatures } from '../features.js';
import type { GatewaySettings } from '../options.js';
import type { Subscribe } from './shared-changes.js';
import type { Turns } from './turns.js';

/** The state that all watches of a gateway share. */
export interface WatchContext {
  readonly client: Client<ConfigServiceDefinition>;
  readonly features: ServerFeatures;
  readonly options: GatewaySettings;
  readonly turns: Turns;
  /** Watches everything, for the gateway itself, where the store has no revisions. */
  readonly subscribe: Subscribe;
}
