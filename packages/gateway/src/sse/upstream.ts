import { isDoneWithin } from '@cfg/core/store';
import type { ConfigServiceDefinition, WatchResponse } from '@cfg/proto';
import type { Client } from 'nice-grpc';
import type { Metadata } from 'nice-grpc-common';
import { announces, type ServerFeatures } from '../features.js';
import type { ServiceCallOptions } from '../service-call.js';

type WatchRequest = Parameters<Client<ConfigServiceDefinition>['watch']>[0];

/** A watch that the service has accepted. */
export interface Upstream {
  /** The headers that it sent first of all; absent if they have not come. */
  readonly header: Metadata | undefined;
  readonly messages: Messages;
}

type Result = IteratorResult<WatchResponse, unknown>;

/** An iterator that may say what it has at hand: see `ChangeStream` of @cfg/core. */
interface Source extends AsyncIterator<WatchResponse> {
  take?(): WatchResponse | undefined;
  whenReady?(ready: () => void): boolean;
}

/** The messages of a watch whose first has been asked for already. */
export class Messages implements AsyncIterableIterator<WatchResponse> {
  #first: Promise<Result> | undefined;
  readonly #rest: Source;

  constructor(first: Promise<Result>, rest: Source) {
    this.#first = first;
    this.#rest = rest;
  }

  next(): Promise<Result> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#rest.next();
  }

  /** The next message if it is at hand. */
  take(): WatchResponse | undefined {
    return this.#first === undefined ? this.#rest.take?.() : undefined;
  }

  /** To be asked when {@link take} has nothing: see `ChangeStream.whenReady`. */
  whenReady(ready: () => void): boolean {
    return this.#first === undefined && (this.#rest.whenReady?.(ready) ?? false);
  }

  async return(): Promise<Result> {
    await this.#rest.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** How long to wait for a refusal of a watch by a server that does not say when it accepts one. */
const silenceMs = 100;

/**
 * Starts a watch and waits until it is known whether the service accepts it. A server with revisions says so by its
 * first message, which `progress` asks for. Of another only an error says something for certain, and comes soon: after
 * the header, or after the request where no header is to be expected before the first message, as with the original.
 */
export async function openWatch(
  client: Client<ConfigServiceDefinition>,
  request: WatchRequest,
  options: ServiceCallOptions,
  features: ServerFeatures,
): Promise<Upstream> {
  let onHeader: (received: Metadata) => void = () => {};
  const headed = new Promise<Metadata>((resolve) => {
    onHeader = (received) => {
      options.onHeader?.(received);
      resolve(received);
    };
  });
  const sendsHeader = features.announced;
  const iterator = client.watch(request, { ...options, onHeader })[Symbol.asyncIterator]();
  const first = iterator.next();
  const spoken = first.then(() => undefined);
  const header = sendsHeader ? await Promise.race([headed, spoken]) : undefined;
  const willSpeak = request.progress === true && header !== undefined && announces(header, 'revisions');
  await (willSpeak ? spoken : isDoneWithin(spoken, silenceMs));
  return { header, messages: new Messages(first, iterator) };
}
