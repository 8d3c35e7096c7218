import type { RemoteStore } from '@cfg/client';
import { ConfigError, checkNamespace } from '@cfg/core';
import { type ConnectionFlags, type ConnectionSettings, connectionSettings } from '../connection/settings.js';
import { Output } from '../output/output.js';
import type { Interrupt } from './interrupt.js';
import { UsageError } from './usage-error.js';

/** The flags that every command takes. */
export interface CommonFlags extends ConnectionFlags {
  readonly namespace?: string | undefined;
  readonly json?: true | undefined;
  readonly timeout?: number | undefined;
}

/** One run of a command: what it was given, what it writes to, and the store that it works on. */
export class Session implements AsyncDisposable {
  readonly flags: CommonFlags;
  readonly env: NodeJS.ProcessEnv;
  readonly output: Output;
  readonly interrupt: Interrupt;
  #settings: ConnectionSettings | undefined;
  #store: RemoteStore | undefined;

  constructor(flags: CommonFlags, env: NodeJS.ProcessEnv, interrupt: Interrupt) {
    this.flags = flags;
    this.env = env;
    this.interrupt = interrupt;
    this.output = new Output(flags.json === true, env);
  }

  /** Fires with Ctrl-C. */
  get signal(): AbortSignal {
    return this.interrupt.signal;
  }

  get connection(): ConnectionSettings {
    this.#settings ??= connectionSettings(this.flags, this.env);
    return this.#settings;
  }

  /** The namespace that was said, or the profile's. Throws `UsageError` if there is none. */
  get namespace(): string {
    const namespace = this.flags.namespace ?? (this.env.CFG_NAMESPACE || undefined) ?? this.connection.namespace;
    if (!namespace) throw new UsageError('which namespace? Say it with -n NAME or CFG_NAMESPACE');
    checkNamespace(namespace);
    return namespace;
  }

  /**
   * Whether the server is to mask secrets: of what is only shown as `******` no reveal need be recorded. To be said before
   * the first call. Default false.
   */
  masks = false;

  /** The store on the server, connected. */
  async connect(
    { address, options }: Pick<ConnectionSettings, 'address' | 'options'> = this.connection,
  ): Promise<RemoteStore> {
    if (this.#store !== undefined) return this.#store;
    const { timeout } = this.flags;
    const { maskSecrets, RemoteStore } = await import('@cfg/client');
    const middleware = this.masks ? [maskSecrets()] : [];
    const timeouts = { callTimeoutMs: timeout, connectTimeoutMs: timeout };
    const store = new RemoteStore(address, { ...options, ...timeouts, middleware });
    this.#store = store;
    try {
      await store.connect({ signal: this.signal });
    } catch (error) {
      if (!(error instanceof ConfigError) || error.code !== 'unavailable' || options.insecure === true) throw error;
      const hint = /certificate/i.test(error.message)
        ? '; --tls-ca or --tls-fingerprint says whom to trust'
        : '; a server without TLS needs --insecure';
      throw new ConfigError('unavailable', error.message + hint, { cause: error });
    }
    return store;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.output.endProgress();
    await this.#store?.close();
  }
}
