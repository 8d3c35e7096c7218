import { Encoded } from '@cfg/proto';
import { type CallContext, type CallOptions, ClientError, Metadata, ServerError } from 'nice-grpc-common';
import { RichClientError, RichServerError } from 'nice-grpc-error-details';
import { withoutTrace } from './status.js';

/** The caller's side of one call within the process: what a connection does between a client and a method. */
export class InProcessCall {
  readonly context: CallContext;
  #path: string;
  #options: CallOptions;
  #headerSent = false;
  #finished = false;

  constructor(path: string, peer: string, options: CallOptions & { readonly peer?: string }, signal: AbortSignal) {
    this.#path = path;
    this.#options = options;
    this.context = {
      metadata: options.metadata ?? Metadata(),
      peer: options.peer ?? peer,
      header: Metadata(),
      trailer: Metadata(),
      signal,
      sendHeader: () => this.#sendHeader(),
    };
  }

  /** Turns a method's answer into the caller's. */
  answer<Response>(response: Response | Encoded<Response>): Response {
    this.#sendHeader();
    return response instanceof Encoded ? response.message : response;
  }

  /** Turns a method's error into the caller's, the same as over a connection. */
  failure(error: unknown): unknown {
    if (error instanceof RichServerError) {
      return withoutTrace(() => new RichClientError(this.#path, error.code, error.details, error.extra));
    }
    if (!(error instanceof ServerError)) return error;
    return withoutTrace(() => new ClientError(this.#path, error.code, error.details));
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
