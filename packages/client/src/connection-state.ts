import type { ConfigError } from '@cfg/core';

/** Whether there is a connection to the server. A lost one is made again without being asked. */
export type ConnectionState =
  | { readonly status: 'disconnected'; readonly error?: ConfigError }
  | { readonly status: 'connecting' }
  | { readonly status: 'connected' }
  /** The circuit breaker is open: calls fail at once, until one that may try again gets an answer. */
  | { readonly status: 'broken'; readonly error?: ConfigError }
  | { readonly status: 'closed' };
