import { Encoded } from '@cfg/proto';
import { type CallContext, type CallOptions, Metadata } from 'nice-grpc-common';
import { makesErrors } from './call.js';
import type { ClientCertificate, WithCertificate } from './guards/client-certificate.js';
import { type CallStatus, clientError } from './status-error.js';

/** What a call within the process may say beside its request: whom it is made for, and how it takes the answer. */
export interface CallerOptions {
  /** The address of whom the call is made for, `host:port`. */
  readonly peer?: string | undefined;
  /** The TLS certificate of whom the call is made for. */
  readonly certificate?: ClientCertificate | undefined;
  /**
   * Hands over an answer whose bytes are ready as it is, an `Encoded` in place of its message, for a caller who keeps
   * something with the bytes. Default false.
   */
  readonly encoded?: boolean | undefined;
  /** The call that `admit` has let in already; metadata, peer and certificate are those that it was given. */
  readonly admitted?: InProcessCall | undefined;
}

/** The caller's side of one call within the process: what a connection does between a client and a method. */
export class InProcessCall {
  readonly context: CallContext &
    WithCertificate & {
      readonly [makesErrors]: (status: CallStatus) => Error;
    };
  #options: CallOptions & CallerOptions;
  #headerSent = false;
  #finished = false;

  constructor(path: string, peer: string, options: CallOptions & CallerOptions, signal: AbortSignal) {
    this.#options = options;
    this.context = {
      metadata: options.metadata ?? Metadata(),
      peer: options.peer ?? peer,
      header: Metadata(),
      trailer: Metadata(),
      signal,
      sendHeader: () => this.#sendHeader(),
      [makesErrors]: (status) => clientError(path, status),
      certificate: options.certificate,
    };
  }

  /** Turns a method's answer into the caller's. */
  answer<Response>(response: Response | Encoded<Response>): Response {
    this.#sendHeader();
    return response instanceof Encoded && this.#options.encoded !== true ? response.message : (response as Response);
  }

  /** Passes the trailer on. Twice is fine. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#sendHeader();
    this.#options.onTrailer?.(this.context.trailer);
  }

  #sendHeader(): void {
    if (this.#headerSent) return;
    this.#headerSent = true;
    this.#options.onHeader?.(this.context.header);
  }
}
