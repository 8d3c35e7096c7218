import {
  ConfigError,
  isConfigError,
  isTransient,
  type WatchEvent,
  type WatchFilter,
  type WatchOptions,
} from '@cfg/core';
import { Backoff, type Begun, ChangeFilter, type Position, resumed, sleep, wholeNumber } from '@cfg/core/store';
import type { WatchRequest } from '@cfg/proto';
import { toWatchEvent } from './calls/entry.js';
import type { Source } from './change-stream.js';
import type { Connection } from './connection.js';
import { attempt } from './middleware/safe-callbacks.js';
import type { Scope } from './scope.js';
import { toConfigError } from './status.js';

/**
 * A server with revisions says when a watch has begun. Another one says nothing until the first change; after this
 * time, in milliseconds, its watch is taken to have begun.
 */
const graceMs = 200;

/**
 * Follows the changes over as many calls as it takes, as {@link resumed} does: a lost call is made again after the last
 * revision that was seen. A server without revisions cannot replay what was missed meanwhile: a watch of one, once
 * begun, ends with `unavailable` when it is lost, so that its consumer knows of the gap.
 */
export function follow(connection: Connection, filter: WatchFilter = {}, options: WatchOptions = {}): Source {
  const calls = new WatchCalls(connection, filter, options);
  return (signal, onLive) => calls.events(signal, onLive);
}

class WatchCalls {
  readonly #connection: Connection;
  readonly #filter: WatchFilter;
  readonly #options: WatchOptions;
  /** The known state of the log and of the connection when the watch was asked for. */
  readonly #known: Position | undefined;
  readonly #stretch: number | undefined;
  #begun = false;

  constructor(connection: Connection, filter: WatchFilter, options: WatchOptions) {
    this.#connection = connection;
    this.#filter = filter;
    this.#options = options;
    this.#known = connection.position.value;
    this.#stretch = connection.stretch;
  }

  async *events(signal: AbortSignal, onLive: (live: boolean) => void): AsyncGenerator<WatchEvent, void, undefined> {
    const { watch, logger } = this.#connection.settings;
    const { namespaces = [], prefixes = [] } = new ChangeFilter(this.#filter);
    const request = { namespaces: [...namespaces], prefixes: [...prefixes] };
    const { startRevision, logId = '' } = this.#options;
    const backoff = new Backoff(watch.backoff, this.#connection.arrivals);
    const events = resumed({
      from: startRevision === undefined ? undefined : { revision: wholeNumber('startRevision', startRevision), logId },
      signal,
      backoff,
      open: (from, end) => this.#call(request, from, end),
      onLost: (cause, position) => {
        onLive(false);
        const error = toConfigError(cause);
        const from = this.#goOn(error, position);
        const { reconnect, maxErrors } = watch;
        const over = !reconnect || this.#options.resume === false || backoff.failures > maxErrors;
        if (over || !isTransient(error)) throw error;
        if (from === undefined) throw this.#begun ? gap(error) : error;
        logger.warn({ err: error, failures: backoff.failures }, 'watch lost; opening it again');
        attempt(() => watch.onError(error));
        return from;
      },
    });
    for await (const event of events) {
      if (event.type === 'begun') {
        this.#begun = true;
        onLive(true);
      } else if (event.type !== 'progress' || this.#options.progress) yield event;
    }
  }

  /** Where to go on after a loss; `undefined`: nowhere, without missing changes. */
  #goOn(error: ConfigError, position: Position | undefined): Position | undefined {
    if (isConfigError(error, 'revision_compacted')) this.#connection.position.forget(this.#known);
    return position ?? (this.#begun ? undefined : this.#known);
  }

  /** The events of one call. */
  async *#call(
    filter: Partial<WatchRequest>,
    from: Position | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent | Begun, void, undefined> {
    const connection = this.#connection;
    connection.check();
    const scope = connection.scope(signal);
    try {
      const resumable = (await connection.features.learn(scope.signal)).has('revisions');
      if (!resumable && from !== undefined) {
        throw new ConfigError('unsupported', 'the server has no revisions to resume a watch from');
      }
      scope.signal.throwIfAborted();
      const start = { startRevision: from?.revision, logId: from?.logId ?? '', progress: true };
      const request = { ...filter, ...(resumable && start) };
      const needs = resumable ? (['revisions'] as const) : [];
      const messages = connection.client
        .watch(request, connection.streamOptions(scope.signal, { needs, caller: this.#options.caller }))
        [Symbol.asyncIterator]();
      let next = messages.next();
      await (resumable ? next : this.#grace(next, scope));
      this.#checkBeginning(from);
      yield { type: 'begun', resumed: from !== undefined };
      for (let message = await next; !message.done; message = await next) {
        const event = toWatchEvent(message.value);
        if (event?.type === 'progress') connection.position.saw(event.revision, event.logId);
        if (event !== undefined) yield event;
        next = messages.next();
      }
      // A watch has no good end: whoever ends it, a proxy say, means that it is over here.
      throw new ConfigError('unavailable', 'the server ended the watch');
    } catch (error) {
      throw scope.signal.aborted ? scope.signal.reason : error;
    } finally {
      scope.abort();
      scope.release();
    }
  }

  /** Settles with the first message, or when the server has had the time to begin. */
  async #grace(first: Promise<unknown>, { signal }: Scope): Promise<void> {
    const controller = new AbortController();
    const ended = AbortSignal.any([signal, controller.signal]);
    const connected = async (): Promise<void> => {
      do await sleep(graceMs, ended);
      while (this.#connection.stretch === undefined);
    };
    try {
      await Promise.race([first, connected()]);
    } finally {
      controller.abort();
    }
  }

  /** A watch from now on, which was asked for before the connection was lost, has come to the server too late. */
  #checkBeginning(from: Position | undefined): void {
    const stretch = this.#stretch;
    if (from !== undefined || this.#begun || (stretch !== undefined && stretch === this.#connection.stretch)) return;
    throw new ConfigError('unavailable', 'the connection was lost while the watch was opened: changes may be missing');
  }
}

const gap = (cause: ConfigError): ConfigError =>
  new ConfigError('unavailable', `the watch was lost, and the server cannot replay what it missed: ${cause.message}`, {
    cause,
  });
