import type { CallOptions } from '@cfg/core';
import type { Maybe } from '@cfg/core/store';
import type { Encoded } from '@cfg/proto';
import type { Call } from '../call.js';
import type { Action, Asked } from '../guards/guard.js';

/** Handles one kind of unary call, whose caller is authenticated by now. */
export interface Handler<Request, Response> {
  /**
   * Checks what can be checked without the store, and returns what to ask the guard before `answer` is called. Nothing:
   * every authenticated caller may call.
   */
  readonly asks: (request: Request) => readonly Asked[];
  /** Returns the answer, or its ready bytes. */
  readonly answer: (request: Request, call: Call) => Maybe<Response | Encoded<Response>>;
}

/** Handles one kind of call that is answered by a stream. */
export interface StreamHandler<Request, Response> {
  readonly asks: (request: Request) => readonly Asked[];
  /** Returns the stream, which begins with `authorize`: it throws unless the guard allows what {@link asks} says. */
  readonly answer: (
    request: Request,
    call: Call,
    authorize: () => Promise<void>,
  ) => AsyncIterableIterator<Response, void, undefined>;
}

/** The question to the guard about one key, or about the keys below a prefix. */
export const asked = (action: Action, namespace: string, key = '', prefix = ''): Asked => ({
  action,
  resource: { namespace, key, prefix },
});

/** The call's signal, and who makes it, for the store. */
export const storeOptions = (call: Call): CallOptions => ({ signal: call.signal, caller: call });
