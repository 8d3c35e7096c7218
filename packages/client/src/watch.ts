import {
  ChangeFilter,
  ConfigError,
  isConfigError,
  type WatchEvent,
  type WatchFilter,
  type WatchOptions,
} from '@cfg/core';
import { delay } from 'abort-controller-x';
import type { Source } from './change-stream.js';
import type { Connection, Scope } from './connection.js';
import { toWatchEvent } from './entry.js';
import { optionalNumber } from './request.js';
import { attempt } from './resilience.js';
import { toConfigError } from './status.js';

/**
 * A server with revisions says when a watch has begun. Another one says nothing until the first change; after this
 * time, milliseconds, its watch is taken to have begun.
 */
const graceMs = 200;

/**
 * Follows the changes over as many calls as it takes: a lost one is opened again after the last revision that was seen.
 * A server without revisions cannot replay what was missed meanwhile. A watch of such a one, once begun, therefore ends
 * with `unavailable` when it is lost, so that its consumer knows of the gap.
 */
export function follow(connection: Connection, filter: WatchFilter = {}, options: WatchOptions = {}): Source {
  return (signal, onLive) => new Follower(connection, filter, options, onLive).events(signal);
}

class Follower {
  readonly #connection: Connection;
  readonly #filter: { namespaces: string[]; prefixes: string[] };
  readonly #options: WatchOptions;
  readonly #onLive: (live: boolean) => void;
  /** What a resume starts from. */
  #revision: number | undefined;
  #logId: string | undefined;
  #begun = false;
  #resumable = false;
  /** Failures in a row. */
  #errors = 0;

  constructor(connection: Connection, filter: WatchFilter, options: WatchOptions, onLive: (live: boolean) => void) {
    const { namespaces = [], prefixes = [] } = new ChangeFilter(filter);
    this.#connection = connection;
    this.#filter = { namespaces: [...namespaces], prefixes: [...prefixes] };
    this.#options = options;
    this.#onLive = onLive;
    this.#revision = optionalNumber('startRevision', options.startRevision);
    this.#logId = options.logId;
  }

  async *events(signal: AbortSignal): AsyncGenerator<WatchEvent, void, undefined> {
    const { watch, logger } = this.#connection.settings;
    for (;;) {
      this.#connection.check();
      const scope = this.#connection.scope(signal);
      let error: ConfigError;
      try {
        yield* this.#once(scope);
        // A watch has no good end: whoever ends it, a proxy say, means that it is over here.
        error = new ConfigError('unavailable', 'the server ended the watch');
      } catch (cause) {
        if (scope.signal.aborted) throw scope.signal.reason;
        error = toConfigError(cause);
      } finally {
        scope.abort();
        scope.release();
      }
      this.#onLive(false);
      this.#errors += 1;
      if (!watch.reconnect || this.#errors > watch.maxErrors || !isPassing(error)) throw error;
      if (this.#begun && !this.#resumable) throw gap(error);
      logger.warn({ err: error, errors: this.#errors }, 'watch lost; opening it again');
      attempt(() => watch.onError(error));
      await delay(signal, watch.reconnectWaitMs);
    }
  }

  /** The events of one call. */
  async *#once(scope: Scope): AsyncGenerator<WatchEvent, void, undefined> {
    const resumable = (await this.#connection.features.learn(scope.signal)).has('revisions');
    if (!resumable && this.#revision !== undefined) {
      throw new ConfigError('unsupported', 'the server has no revisions to resume a watch from');
    }
    scope.signal.throwIfAborted();
    this.#resumable = resumable;
    const needs = resumable ? (['revisions'] as const) : [];
    const request = {
      ...this.#filter,
      ...(resumable && { startRevision: this.#revision, logId: this.#logId, progress: true }),
    };
    let grace: NodeJS.Timeout | undefined;
    const wait = (): void => {
      grace = setTimeout(() => (this.#connection.state.status === 'connected' ? this.#begin() : wait()), graceMs);
    };
    if (!resumable) wait();
    try {
      const call = this.#connection.client.watch(request, this.#connection.streamOptions(scope.signal, needs));
      for await (const message of call) {
        this.#begin();
        const event = toWatchEvent(message);
        if (event === undefined) continue;
        if (resumable) this.#revision = Math.max(this.#revision ?? 0, event.revision);
        if (event.type !== 'progress') yield event;
        else {
          this.#logId = event.logId;
          if (this.#options.progress) yield event;
        }
      }
    } finally {
      clearTimeout(grace);
    }
  }

  #begin(): void {
    this.#errors = 0;
    this.#begun = true;
    this.#onLive(true);
  }
}

/** Whether trying again may help. */
const isPassing = (error: ConfigError): boolean =>
  isConfigError(
    error,
    'unavailable',
    'deadline_exceeded',
    'cancelled',
    'internal',
    'resource_exhausted',
    'guard_timeout',
    'not_connected',
    'closed',
  );

const gap = (cause: ConfigError): ConfigError =>
  new ConfigError('unavailable', `the watch was lost, and the server cannot replay what it missed: ${cause.message}`, {
    cause,
  });
