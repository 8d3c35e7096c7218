import type { Store } from '@cfg/core';
import { ConfigOperationsDefinition, type ConfigServiceDefinition } from '@cfg/proto';
import { type Client, createChannel, createClientFactory } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { createConfigService, createInProcessClients, type Guard } from '../index.js';
import { serve } from './doors.js';

/** The clients of both services. */
export interface BothClients extends AsyncDisposable {
  readonly service: Client<ConfigServiceDefinition>;
  readonly operations: Client<ConfigOperationsDefinition>;
}

/** The ways to both services over a store. */
export const ways: readonly (readonly [name: string, open: (store: Store, guard: Guard) => Promise<BothClients>])[] = [
  [
    'a socket',
    async (store, guard) => {
      const door = await serve(createConfigService(store, { guard }));
      const channel = createChannel(door.address);
      const factory = createClientFactory().use(errorDetailsClientMiddleware);
      return {
        service: door.client,
        operations: factory.create(ConfigOperationsDefinition, channel),
        async [Symbol.asyncDispose]() {
          channel.close();
          await door[Symbol.asyncDispose]();
        },
      };
    },
  ],
  [
    'in process',
    async (store, guard) => {
      const clients = createInProcessClients(createConfigService(store, { guard }));
      return { ...clients, async [Symbol.asyncDispose]() {} };
    },
  ],
];

/** A guard that decides by action and key, and answers by a promise. */
export function guardOf(allows: (action: string, key: string) => boolean): Guard {
  return {
    authenticate: () => ({ userId: '', claims: {} }),
    authorize: async (_identity, action, { key }) =>
      allows(action, key) ? { allowed: true } : { allowed: false, reason: `not ${key}` },
  };
}
