import type { AuditOperation, Entry } from '@cfg/core';
import type { Maybe } from '@cfg/core/store';
import type { CallContext, Metadata } from 'nice-grpc-common';
import { encodeStatus } from './error-details.js';
import { type AskedGuard, refusal } from './guards/ask-guard.js';
import type { ClientCertificate, WithCertificate } from './guards/client-certificate.js';
import type { Asked, Decision, GuardContext } from './guards/guard.js';
import { anonymous, type Identity } from './guards/identity.js';
import { isPromise } from './maybe.js';
import { type CallStatus, serverError } from './status-error.js';

/** One change that a call has made, once it is in the store. */
export interface Written {
  readonly operation: AuditOperation;
  readonly namespace: string;
  readonly key: string;
  /** The entry as written, or the tombstone, where the store tells it. */
  readonly entry?: Entry | undefined;
  /** Of an alias: what it stands for. */
  readonly target?: string | undefined;
  readonly requestId?: string | undefined;
  readonly comment?: string | undefined;
}

/** Secrets that a call shows. */
export interface Revealed {
  readonly namespace: string;
  /** Empty where it shows those below a prefix. */
  readonly key: string;
  readonly prefix: string;
  /** How many values. */
  readonly count: number;
  /** Of one value: its version. */
  readonly version?: number | undefined;
}

/** One call, as the stages around it see it. */
export interface CallView extends GuardContext {
  /** Who calls. Anonymous until the call is authenticated. */
  readonly identity: Identity;
  /** The question to the guard; empty until it was asked, and for calls that only have to be authenticated. */
  readonly asked: readonly Asked[];
  /** The guard's last decision. */
  readonly decision: Decision | undefined;
  /** The changes that it made. */
  readonly written: readonly Written[];
  /**
   * The request's message; of a call whose request is a stream: the stream. Undefined in `enter` where a door lets calls
   * enter before it reads their requests.
   */
  readonly request: unknown;
  /** When the call came in, by `performance.now()`. */
  readonly startedMs: number;
  /** Metadata to send with the answer: first, and at the end. */
  readonly header: Metadata;
  readonly trailer: Metadata;
}

const passed: unique symbol = Symbol('cfg.call');

type Carrier = CallContext &
  WithCertificate & {
    [passed]?: Call;
    /** Where the door makes errors of its own of a status, in place of nice-grpc's and a trailer. */
    makeError?(status: CallStatus): Error;
  };

const nothing: readonly never[] = [];

/** The most promises of a guard that one call waits for at a time. */
const maxPending = 64;

/** One call on its way through the stages to its handler. */
export class Call implements CallView {
  readonly context: CallContext;
  readonly method: string;
  request: unknown;
  readonly startedMs: number = performance.now();
  identity: Identity = anonymous;
  asked: readonly Asked[] = [];
  decision: Decision | undefined = undefined;
  written: readonly Written[] = nothing;
  /** How many stages the call is in. */
  entered = 0;
  /** It has entered its stages before its request was read: see `Methods.admit`. */
  admitted = false;
  readonly #guard: AskedGuard;

  constructor(guard: AskedGuard, context: CallContext, method: string, request: unknown) {
    this.#guard = guard;
    this.context = context;
    this.method = method;
    this.request = request;
  }

  /** The call that belongs to `context` if it went through the middleware of the service that has `guard`. */
  static passedWith(guard: AskedGuard, context: Carrier): Call | undefined {
    const call = context[passed];
    return call !== undefined && call.#guard === guard ? call : undefined;
  }

  /** Notes that the call goes through the middleware: {@link Call.passedWith} finds it. */
  pass(): this {
    (this.context as Carrier)[passed] = this;
    return this;
  }

  get metadata(): Metadata {
    return this.context.metadata;
  }

  get peer(): string {
    return this.context.peer;
  }

  /** Whether the caller wants no secret to be shown, though it may be allowed to reveal it. */
  get wantsMasks(): boolean {
    return this.metadata.get('x-cfg-secrets') === 'masked';
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }

  get certificate(): ClientCertificate | undefined {
    return (this.context as Carrier).certificate;
  }

  get header(): Metadata {
    return this.context.header;
  }

  get trailer(): Metadata {
    return this.context.trailer;
  }

  /** The error for the caller. Over gRPC the status's details are in the trailer. */
  failure(status: CallStatus): Error {
    const context = this.context as Carrier;
    if (context.makeError !== undefined) return context.makeError(status);
    if (status.extra.length > 0) this.trailer.set('grpc-status-details-bin', encodeStatus(status));
    return serverError(status);
  }

  /** Finds out who calls. Throws `unauthenticated`, or what the guard says instead. */
  authenticate(): undefined | Promise<void> {
    const identity = this.#guard.authenticate(this);
    if (!isPromise(identity)) {
      this.identity = identity;
      return undefined;
    }
    return identity.then((found) => {
      this.identity = found;
    });
  }

  /** Throws `permission_denied` unless the guard allows all of it. */
  authorize(asked: readonly Asked[]): undefined | Promise<void> {
    if (asked.length === 0) return undefined;
    this.asked = this.asked.length === 0 ? asked : [...this.asked, ...asked];
    return this.#authorize(asked, 0);
  }

  /** Whether the guard allows it; a guard that fails does not. */
  allows(asked: Asked): Maybe<boolean> {
    return this.#guard.allows(this.identity, asked, this);
  }

  /** Asks one after the other while the guard returns values, up to the first denial; waits for promises together. */
  #authorize(asked: readonly Asked[], from: number): undefined | Promise<void> {
    let pending: Promise<void>[] | undefined;
    for (let at = from; at < asked.length; at += 1) {
      const one = asked[at] as Asked;
      if (pending !== undefined) {
        pending.push(this.#ask(one));
      } else {
        const decision = this.#guard.decide(this.identity, one, this);
        if (isPromise(decision)) pending = [decision.then((decided) => this.#obey(decided))];
        else this.#obey(decision);
      }
      if (pending?.length === maxPending) return Promise.all(pending).then(() => this.#authorize(asked, at + 1));
    }
    return pending && Promise.all(pending).then(() => undefined);
  }

  async #ask(one: Asked): Promise<void> {
    this.#obey(await this.#guard.decide(this.identity, one, this));
  }

  #obey(decision: Decision): void {
    this.decision = decision;
    const denied = refusal(decision);
    if (denied !== undefined) throw denied;
  }
}
