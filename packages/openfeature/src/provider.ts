import type { AppConfig, LoadedPrefix, NamespaceStatus, PullStream, Value } from '@cfg/client';
import { ConfigError, isTransient } from '@cfg/core';
import { evaluate } from '@cfg/core/flags';
import { checkOptions, maxInt32, settledWithin, sleep, wholeNumber } from '@cfg/core/store';
import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
} from '@openfeature/server-sdk';

export interface CfgProviderOptions {
  /** The prefix of the keys of flags. Default `flags/`: the flag `new-checkout` is the key `flags/new-checkout`. */
  readonly prefix?: string | undefined;
  /** How long to wait for the server until flags are what is remembered, in milliseconds. Default 2,000. */
  readonly waitMs?: number | undefined;
}

/**
 * Flags that are configuration: each is a key of the first namespace of a configuration, evaluated in memory, changed
 * without a restart. Without the server they are what the cache file or the bootstrap values say, and the provider is
 * stale. The configuration remains the caller's to close.
 *
 * @example
 * const config = await connect({ namespace: 'payments' });
 * await OpenFeature.setProviderAndWait(new CfgProvider(config));
 * await OpenFeature.getClient().getBooleanValue('new-checkout', false, { targetingKey: user.id });
 */
export class CfgProvider implements Provider {
  readonly metadata = { name: 'cfg' } as const;
  readonly runsOn = 'server' as const;
  readonly events: OpenFeatureEventEmitter = new OpenFeatureEventEmitter();
  readonly #config: AppConfig;
  readonly #prefix: string;
  readonly #waitMs: number;
  readonly #controller = new AbortController();
  #loaded: LoadedPrefix | undefined;
  #remembered: ReadonlyMap<string, Value> = new Map();
  #statuses: PullStream<NamespaceStatus> | undefined;
  #isStale = false;

  /** Throws `invalid_argument` that names the option. */
  constructor(config: AppConfig, options: CfgProviderOptions = {}) {
    checkOptions('CfgProvider', options, { prefix: true, waitMs: true });
    const { prefix = 'flags/', waitMs = 2_000 } = options;
    if (typeof config?.namespace?.remembered !== 'function') throw wrong('the configuration must be that of connect()');
    if (typeof prefix !== 'string') throw wrong('option prefix must be a string');
    wholeNumber('option waitMs', waitMs, 0, maxInt32);
    this.#config = config;
    this.#prefix = prefix;
    this.#waitMs = waitMs;
  }

  /** Settles with the flags, or after `waitMs` with what is remembered of them. Fails where the server refuses them. */
  async initialize(): Promise<void> {
    const loading = this.#load();
    loading.catch(() => {});
    if (await settledWithin(loading, this.#waitMs)) return await loading;
    this.#remembered = this.#config.namespace.remembered(this.#prefix).values;
    this.#isStale = true;
    // After the SDK has taken it for ready.
    setImmediate(
      () => this.#isStale && this.events.emit(ProviderEvents.Stale, { message: 'the server does not answer' }),
    );
    loading.catch((error: unknown) => this.events.emit(ProviderEvents.Error, { message: String(error) }));
  }

  async onClose(): Promise<void> {
    this.#controller.abort();
    this.#statuses?.close();
    this.#loaded?.close();
  }

  async resolveBooleanEvaluation(
    key: string,
    byDefault: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolve(key, byDefault, context, (value) => typeof value === 'boolean');
  }

  async resolveStringEvaluation(
    key: string,
    byDefault: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolve(key, byDefault, context, (value) => typeof value === 'string');
  }

  async resolveNumberEvaluation(
    key: string,
    byDefault: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolve(key, byDefault, context, (value) => typeof value === 'number');
  }

  async resolveObjectEvaluation<T extends JsonValue>(
    key: string,
    byDefault: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#resolve(key, byDefault, context, (value) => typeof value === 'object' && value !== null);
  }

  #resolve<T>(
    key: string,
    byDefault: T,
    context: EvaluationContext,
    fits: (value: unknown) => boolean,
  ): ResolutionDetails<T> {
    const failed = (errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> => ({
      ...{ value: byDefault, reason: 'ERROR', errorCode, errorMessage },
    });
    const value = this.#value(key);
    if (value === undefined) return failed(ErrorCode.FLAG_NOT_FOUND, `flag not found: ${key}`);
    const flagMetadata = { version: value.version, revision: value.revision, stale: value.stale };
    let data: unknown;
    try {
      data = value.data;
    } catch (error) {
      return failed(ErrorCode.PARSE_ERROR, `${key}: ${(error as Error).message}`);
    }
    const done = (result: unknown, reason: string, variant?: string): ResolutionDetails<T> =>
      fits(result)
        ? { value: result as T, reason, flagMetadata, ...(variant !== undefined && { variant }) }
        : failed(ErrorCode.TYPE_MISMATCH, `flag ${key} is not of the type that is asked for`);
    const evaluation = evaluate(key, data, context);
    if (evaluation.outcome === 'disabled') return { value: byDefault, reason: 'DISABLED', flagMetadata };
    if (evaluation.outcome === 'fault') return failed(evaluation.errorCode as ErrorCode, evaluation.message);
    return done(evaluation.value, evaluation.reason, evaluation.variant);
  }

  #value(key: string): Value | undefined {
    const name = this.#prefix + key;
    return this.#loaded === undefined ? this.#remembered.get(name) : this.#loaded.get(name);
  }

  async #load(): Promise<void> {
    const { signal } = this.#controller;
    const { namespace, manager } = this.#config;
    const loaded = await this.#tryToLoad(signal);
    if (signal.aborted) {
      loaded.close();
      return;
    }
    const changes = loaded.changes();
    this.#loaded = loaded;
    this.#statuses = manager.status();
    void this.#tellStatus(this.#statuses, namespace.name);
    void (async () => {
      for await (const changed of changes) this.#tellChanged(changed.map(({ key }) => key));
    })();
    if (!this.#isStale) return;
    this.#fresh();
    this.#tellChanged([...new Set([...this.#remembered.keys(), ...loaded.entries().map(([key]) => key)])]);
  }

  /** As often as it takes, unless the server refuses. */
  async #tryToLoad(signal: AbortSignal): Promise<LoadedPrefix> {
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 30_000)) {
      try {
        return await this.#config.namespace.load(this.#prefix, { signal });
      } catch (error) {
        if (signal.aborted || !isTransient(error)) throw error;
        await sleep(Math.random() * waitMs, signal);
      }
    }
  }

  #tellChanged(keys: readonly string[]): void {
    const flagsChanged = keys.map((key) => key.slice(this.#prefix.length));
    this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
  }

  async #tellStatus(statuses: PullStream<NamespaceStatus>, name: string): Promise<void> {
    for await (const { namespace, type, error } of statuses) {
      if (namespace !== name || type === 'closed') continue;
      if (type === 'live') this.#fresh();
      else if (!this.#isStale) {
        this.#isStale = true;
        this.events.emit(ProviderEvents.Stale, { message: error?.message ?? 'the server is not heard of' });
      }
    }
  }

  #fresh(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.events.emit(ProviderEvents.Ready, {});
  }
}

const wrong = (why: string): ConfigError => new ConfigError('invalid_argument', why);
