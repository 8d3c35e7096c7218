import type { CallContext, Metadata } from 'nice-grpc-common';
import type { GuardContext } from './guard.js';
import { anonymous, type Identity } from './identity.js';

const current = Symbol('cfg.call');

interface Carrier {
  [current]?: Call;
}

/** One call on its way through the middleware to its handler. It travels on the call's context. */
export class Call implements GuardContext {
  readonly context: CallContext;
  readonly method: string;
  identity: Identity = anonymous;
  /** Whose word `identity` is: one service does not take another's. */
  authenticatedBy: object | undefined = undefined;
  /** Whether what the handler throws becomes a gRPC status further up. */
  recovered = false;
  /** The scope of the guard's last decision. */
  scope: string | undefined = undefined;
  startedMs = 0;

  constructor(context: CallContext, method: string) {
    this.context = context;
    this.method = method;
  }

  /** The call that `context` belongs to; a new one if it has none yet. */
  static of(context: CallContext, method: string): Call {
    const carrier: Carrier = context as CallContext & Carrier;
    const known = carrier[current];
    if (known !== undefined) return known;
    const call = new Call(context, method);
    carrier[current] = call;
    return call;
  }

  get metadata(): Metadata {
    return this.context.metadata;
  }

  get peer(): string {
    return this.context.peer;
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }
}
