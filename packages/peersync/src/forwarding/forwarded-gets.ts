import { toConfigError } from '@cfg/client/channel';
import { type CallOptions, ConfigError, type Entry } from '@cfg/core';
import { errorDomain, type ForwardedAnswer, type ForwardedError, staleHeader } from '@cfg/proto';
import type { Status } from 'nice-grpc';
import { ErrorInfo, RichClientError } from 'nice-grpc-error-details';
import type { Clock } from '../clock.js';
import { entryOf } from '../peering/messages.js';
import { forwardedCaller } from '../sync-store/way.js';
import { GetsStream, type OpenGets } from './gets-stream.js';

/** After a stream has failed, reads go one by one for so long, in milliseconds. */
const restMs = 1_000;

/** No answer came over the stream: the read may be made in another way. */
export class NoAnswer extends Error {}

export interface ForwardedGetsOptions {
  /** Names the other node in errors. */
  readonly node: string;
  readonly open: OpenGets;
  readonly clock: Clock;
  /** How long a read may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Reads of another node for this one's callers, many in one message: nine tenths of what a read by a call of its own
 * costs are the call's.
 */
export class ForwardedGets {
  readonly #options: ForwardedGetsOptions;
  #stream: GetsStream | undefined;
  #restUntil = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: ForwardedGetsOptions) {
    this.#options = options;
  }

  /** Fails as the other node's own call would; with {@link NoAnswer} where it should be asked in another way. */
  get(namespace: string, key: string, { signal, caller }: CallOptions): Promise<Entry> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const stream = this.#open();
    if (stream === undefined) return Promise.reject(noAnswer);
    return new Promise((resolve, reject) => {
      stream.send({
        namespace,
        key,
        caller: forwardedCaller(caller),
        signal,
        answered(answer) {
          if (answer.stale !== '') caller?.header?.set(staleHeader, answer.stale);
          try {
            resolve(entryFrom(answer));
          } catch (error) {
            reject(error);
          }
        },
        failed: reject,
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#stream?.end(noAnswer);
  }

  #open(): GetsStream | undefined {
    const { node, open, clock, timeoutMs } = this.#options;
    if (this.#stream !== undefined || this.#isClosed || clock.now() < this.#restUntil) return this.#stream;
    const late = (): ConfigError =>
      new ConfigError('deadline_exceeded', `node ${node} did not answer within ${timeoutMs} ms`);
    const ended = (): void => {
      this.#stream = undefined;
      this.#restUntil = clock.now() + restMs;
    };
    const stream = new GetsStream(open, clock, timeoutMs, { late, ended });
    this.#stream = stream;
    return stream;
  }
}

const noAnswer = new NoAnswer('the other node answers no reads over a stream now');

function entryFrom({ response, error }: ForwardedAnswer): Entry {
  if (error !== undefined) throw errorFrom(error);
  return entryOf(response);
}

function errorFrom({ code, message, reason, metadata }: ForwardedError): ConfigError {
  const info = reason === '' ? [] : [ErrorInfo.fromPartial({ reason, domain: errorDomain, metadata })];
  return toConfigError(new RichClientError('/config.v1.ConfigService/Get', code as Status, message, info));
}
