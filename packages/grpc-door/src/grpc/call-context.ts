import type { PeerCertificate } from 'node:tls';
import type { CallContext, Metadata } from 'nice-grpc-common';

/** The parts of a context. */
export interface ContextSource {
  readonly metadata: Metadata;
  readonly peer: string;
  readonly certificate: PeerCertificate | undefined;
  readonly header: Metadata;
  readonly trailer: Metadata;
  readonly signal: AbortSignal;
  sendHeader(): void;
}

/** A context of nice-grpc, with what this door knows besides. */
export interface DoorContext extends CallContext {
  /** The caller's TLS certificate, if there is one that the server's authorities have signed. */
  readonly certificate: PeerCertificate | undefined;
}

/** A context as nice-grpc makes it, which may be spread into another. */
export function completeContext(source: ContextSource): DoorContext {
  const { metadata, peer, certificate, header, trailer, signal } = source;
  return { metadata, peer, certificate, header, trailer, signal, sendHeader: () => source.sendHeader() };
}

/** A context whose parts are made when they are first asked for. Spread into another, it is empty. */
export class LazyContext implements DoorContext {
  #source: ContextSource;

  constructor(source: ContextSource) {
    this.#source = source;
  }

  get metadata(): Metadata {
    return this.#source.metadata;
  }

  get peer(): string {
    return this.#source.peer;
  }

  get certificate(): PeerCertificate | undefined {
    return this.#source.certificate;
  }

  get header(): Metadata {
    return this.#source.header;
  }

  get trailer(): Metadata {
    return this.#source.trailer;
  }

  get signal(): AbortSignal {
    return this.#source.signal;
  }

  sendHeader(): void {
    this.#source.sendHeader();
  }
}
