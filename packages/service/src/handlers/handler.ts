import type { CallOptions } from '@cfg/core';
import type { Encoded } from '@cfg/proto';
import type { Call } from '../call.js';

/** Answers one kind of call, whose caller is authenticated by now. May answer with ready bytes. */
export type Handler<Request, Response> = (request: Request, call: Call) => Promise<Response | Encoded<Response>>;

/** A call's signal for the store, and nothing else of the call. */
export const storeOptions = (call: Call): CallOptions => ({ signal: call.signal });
