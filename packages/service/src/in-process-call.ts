import { Encoded } from '@cfg/proto';
import { type CallContext, type CallOptions, Metadata } from 'nice-grpc-common';
import { AnswerMetadata } from './answer-metadata.js';
import type { ClientCertificate, WithCertificate } from './guards/client-certificate.js';
import { type CallStatus, clientError } from './status-error.js';

/** The options of a call within the process: whom it is made for, and how it takes the answer. */
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
  /**
   * Runs the listener when nobody waits for the answer any more; at once if that is so already. For a door that makes its
   * signals only when they are asked for: where this is given, `signal` is read by the handlers that need one, and by
   * nobody else.
   */
  onCancel?(listener: () => void): void;
}

/**
 * One call within the process: the context of its method, whose parts are read from the caller's options when they are
 * first asked for, and the caller's side, which takes the answer.
 */
export class InProcessCall implements CallContext, WithCertificate {
  readonly header: Metadata = new AnswerMetadata();
  readonly trailer: Metadata = new AnswerMetadata();
  readonly #path: string;
  readonly #peer: string;
  readonly #options: CallOptions & CallerOptions;
  #metadata: Metadata | undefined;
  #signal: AbortSignal | undefined;
  #headerSent = false;
  #finished = false;

  /** @param signal in place of the options' own */
  constructor(path: string, peer: string, options: CallOptions & CallerOptions, signal?: AbortSignal) {
    this.#path = path;
    this.#peer = peer;
    this.#options = options;
    this.#signal = signal;
  }

  get metadata(): Metadata {
    this.#metadata ??= this.#options.metadata ?? Metadata();
    return this.#metadata;
  }

  get peer(): string {
    return this.#options.peer ?? this.#peer;
  }

  get certificate(): ClientCertificate | undefined {
    return this.#options.certificate;
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#options.signal ?? new AbortController().signal;
    return this.#signal;
  }

  sendHeader(): void {
    if (this.#headerSent) return;
    this.#headerSent = true;
    this.#options.onHeader?.(this.header);
  }

  /** An error for the caller, in place of nice-grpc's and a trailer: see `Call.failure`. */
  makeError(status: CallStatus): Error {
    return clientError(this.#path, status);
  }

  /** Turns a method's answer into the caller's. */
  answer<Response>(response: Response | Encoded<Response>): Response {
    this.sendHeader();
    return response instanceof Encoded && this.#options.encoded !== true ? response.message : (response as Response);
  }

  /** Passes the trailer on. Twice is fine. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.sendHeader();
    this.#options.onTrailer?.(this.trailer);
  }
}
