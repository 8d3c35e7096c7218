import type { ConfigError } from '@cfg/core';

/** Whether there is a connection to the server. A lost one is made again without being asked. */
export type ConnectionState =
  | { readonly status: 'disconnected'; readonly error?: ConfigError }
  | { readonly status: 'connecting' }
  | { readonly status: 'connected' }
  | { readonly status: 'closed' };
