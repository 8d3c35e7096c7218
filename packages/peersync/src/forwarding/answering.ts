import { ConfigError } from '@cfg/core';
import {
  type Encoded,
  errorDomain,
  type ForwardedAnswer,
  type ForwardedCaller,
  type ForwardedError,
  type ForwardedGet,
  type GetResponse,
  type GetsRequest,
  type GetsResponse,
  staleHeader,
  Undecodable,
} from '@cfg/proto';
import { type ConfigService, createInProcessClient, type InProcessClient, type WithCertificate } from '@cfg/service';
import { type CallContext, ClientError, Metadata, Status } from 'nice-grpc-common';
import { ErrorInfo, RichClientError } from 'nice-grpc-error-details';
import { behalfHeader } from '../peering/behalf.js';
import { hopHeader } from '../sync-store/way.js';
import { mostGets } from './gets-stream.js';

/** Reads of one stream that are answered at a time, answers that wait to be sent included: no more are read then. */
const mostRunning = 4 * mostGets;

/** Answers are sent when they have so many bytes together, in messages of their own. */
const answerBytes = 2 ** 20;

/** Answers the reads of another node's callers, each within the stages of the service, as if the caller had come here. */
export class Answering {
  readonly #client: InProcessClient;
  readonly #context: CallContext & WithCertificate;
  readonly #running = new Map<number, AbortController>();
  #answers: ForwardedAnswer[] = [];
  #isGathering = false;
  #isRead = false;
  #fault: { readonly error: unknown } | undefined;
  #wake = (): void => {};
  #makeRoom = (): void => {};

  /** `context` is that of the stream, whose caller is known to be a node. */
  constructor(service: ConfigService, context: CallContext) {
    this.#client = createInProcessClient(service, { peer: context.peer });
    this.#context = context;
  }

  async *answers(requests: AsyncIterable<GetsRequest>): AsyncGenerator<GetsResponse, void, undefined> {
    void this.#read(requests);
    try {
      for (;;) {
        if (this.#fault !== undefined) throw this.#fault.error;
        if (this.#answers.length > 0 && !this.#isGathering) yield { answers: this.#next() };
        else if (this.#isRead && this.#running.size === 0 && this.#answers.length === 0) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      for (const controller of this.#running.values()) controller.abort();
    }
  }

  async #read(requests: AsyncIterable<GetsRequest>): Promise<void> {
    try {
      for await (const message of requests) {
        if (message instanceof Undecodable) throw new ConfigError('invalid_argument', 'malformed request');
        const { callers, gets, cancelled } = message;
        if (gets.length > mostGets) throw new ConfigError('invalid_argument', `more than ${mostGets} gets at once`);
        for (const id of cancelled) this.#running.get(id)?.abort();
        const metadata = callers.map((caller) => this.#metadataOf(caller));
        for (const get of gets) this.#begin(get, metadata[get.caller]);
        while (this.#running.size + this.#answers.length > mostRunning) {
          await new Promise<void>((resolve) => {
            this.#makeRoom = resolve;
          });
        }
      }
    } catch (error) {
      this.#fault = { error };
    }
    this.#isRead = true;
    this.#wake();
  }

  /** The caller's metadata, as far as it was passed on. Without a credential the node's own holds, as in any call. */
  #metadataOf({ authorization, secrets, onBehalfOf }: ForwardedCaller): Metadata {
    const { metadata } = this.#context;
    const own = metadata.get('authorization');
    const known = authorization === '' ? own : authorization;
    return Metadata({
      [hopHeader]: metadata.get(hopHeader) ?? 'unknown',
      ...(known !== undefined && { authorization: known }),
      ...(secrets !== '' && { 'x-cfg-secrets': secrets }),
      ...(onBehalfOf !== '' && { [behalfHeader]: onBehalfOf }),
    });
  }

  #begin({ id, request }: ForwardedGet, metadata: Metadata | undefined): void {
    if (request === undefined || metadata === undefined || this.#running.has(id)) {
      throw new ConfigError('invalid_argument', `get ${id} has no request, no caller, or the number of another`);
    }
    const controller = new AbortController();
    this.#running.set(id, controller);
    let stale = '';
    const { certificate } = this.#context;
    const answer = this.#client.get(request, {
      metadata,
      certificate,
      encoded: true,
      signal: controller.signal,
      onCancel: ignore,
      onHeader: (header) => {
        stale = header.get(staleHeader) ?? '';
      },
    });
    answer.then(
      (response) => {
        const { bytes } = response as unknown as Encoded<GetResponse>;
        this.#answered({ id, response: bytes, stale, error: undefined });
      },
      (error: unknown) => this.#answered({ id, response: nothing, stale, error: errorMessage(error) }),
    );
  }

  #answered(answer: ForwardedAnswer): void {
    this.#running.delete(answer.id);
    this.#answers.push(answer);
    if (this.#isGathering) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      this.#wake();
    });
  }

  #next(): ForwardedAnswer[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#answers.length && bytes < answerBytes) {
      bytes += (this.#answers[count] as ForwardedAnswer).response.length;
      count += 1;
    }
    const next = this.#answers.splice(0, count);
    this.#makeRoom();
    return next;
  }
}

const nothing = new Uint8Array(0);

/** The call's signal is for its handler alone: nobody here waits for less than the answer. */
const ignore = (): void => {};

function errorMessage(error: unknown): ForwardedError {
  if (!(error instanceof ClientError)) {
    return { code: Status.INTERNAL, message: 'internal error', reason: '', metadata: {} };
  }
  const details = error instanceof RichClientError ? error.extra : [];
  const info = details.find((each): each is ErrorInfo => each.$type === ErrorInfo.$type) as ErrorInfo | undefined;
  const told = info?.domain === errorDomain ? info : undefined;
  return { code: error.code, message: error.details, reason: told?.reason ?? '', metadata: told?.metadata ?? {} };
}
