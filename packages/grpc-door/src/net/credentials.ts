import type { SecureContextOptions, TlsOptions } from 'node:tls';
import type { ServerCredentials } from '@grpc/grpc-js';

/** The credentials of a server: as nice-grpc takes them, or options of `node:tls`. */
export type DoorCredentials = ServerCredentials | TlsOptions;

/** Options for `node:tls`, and how to hear of certificates that take the place of others. */
export interface TlsSetup {
  readonly options: TlsOptions;
  /** Calls back with each new set of certificates; returns what ends that. */
  watch(renewed: (context: SecureContextOptions) => void): () => void;
}

/** Undefined where nothing is secured. */
export function tlsSetupOf(credentials: DoorCredentials | undefined): TlsSetup | undefined {
  if (credentials === undefined) return undefined;
  if (!isServerCredentials(credentials)) return { options: credentials, watch: () => () => {} };
  if (!credentials._isSecure()) return undefined;
  // These are public in the types of grpc-js, which makes them for servers other than its own as well.
  const options = { ...credentials._getConstructorOptions(), ...credentials._getSecureContextOptions() };
  return {
    options: options as TlsOptions,
    watch: (renewed) => {
      const listener = (context: SecureContextOptions | null): void => {
        if (context !== null) renewed(context);
      };
      credentials._addWatcher(listener);
      return () => credentials._removeWatcher(listener);
    },
  };
}

const isServerCredentials = (credentials: DoorCredentials): credentials is ServerCredentials =>
  '_isSecure' in credentials;
