import { callerOf, type HttpCaller, type HttpRequest } from '@cfg/service';
import type { Metadata } from 'nice-grpc-common';
import type { Cancellation } from './cancellation.js';
import type { AddedMetadata, MetadataReader } from './metadata.js';
import type { ServiceCallOptions } from './service-call.js';

/** The request that a call is made for. */
export interface CallSource extends AddedMetadata {
  readonly request: HttpRequest;
  readonly cancellation: Cancellation;
  observeHeader(received: Metadata): void;
  observeTrailer(received: Metadata): void;
}

/**
 * Options of a call by a client of ours: to a service in this process, or by a connection of the gateway's own. Their parts
 * are made when they are first asked for, which most never are. Spread into another object they are empty.
 */
export class LazyCallOptions implements ServiceCallOptions {
  readonly metadata: Metadata;
  readonly encoded: boolean;
  readonly #source: CallSource;
  #caller: HttpCaller | undefined;

  /** `encoded`: it takes ready bytes in place of a message. Throws a 400 for a header that cannot be read. */
  constructor(source: CallSource, reader: MetadataReader, encoded: boolean) {
    this.#source = source;
    this.encoded = encoded;
    this.metadata = reader.read(source.request, () => this.caller, source);
  }

  get caller(): HttpCaller {
    this.#caller ??= callerOf(this.#source.request);
    return this.#caller;
  }

  get signal(): AbortSignal {
    return this.#source.cancellation.signal;
  }

  get peer(): string {
    return this.caller.peer;
  }

  get certificate(): HttpCaller['certificate'] {
    return this.caller.certificate;
  }

  onHeader(received: Metadata): void {
    this.#source.observeHeader(received);
  }

  onTrailer(received: Metadata): void {
    this.#source.observeTrailer(received);
  }

  onCancel(listener: () => void): void {
    this.#source.cancellation.onCancel(listener);
  }
}
