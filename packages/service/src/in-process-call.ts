import { Encoded } from '@cfg/proto';
import { type CallContext, type CallOptions, ClientError, Metadata, ServerError } from 'nice-grpc-common';
import { RichClientError, RichServerError } from 'nice-grpc-error-details';

/** What stands between a caller and a handler of the same process, in place of a connection. */
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

  /** What the caller gets of a handler's answer. */
  answer<Response>(response: Response | Encoded<Response>): Response {
    this.#sendHeader();
    return response instanceof Encoded ? response.message : response;
  }

  /** What the caller gets of a handler's error: the same as over a connection. */
  failure(error: unknown): unknown {
    if (error instanceof RichServerError) {
      return new RichClientError(this.#path, error.code, error.details, error.extra);
    }
    return error instanceof ServerError ? new ClientError(this.#path, error.code, error.details) : error;
  }

  /** Tells the trailer. Twice is fine. */
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
