import {
  type DeleteRequest,
  type Encoded,
  type Entry,
  fromQuery,
  type GetResponse,
  type SetRequest,
  WriteMode,
} from '@cfg/proto';
import { Status } from 'nice-grpc-common';
import type { Exchange } from '../exchange.js';
import { badRequest, HttpError, methodNotAllowed } from '../http-error.js';
import { readBytes } from '../request-body.js';
import type { HttpAnswer, RpcHook } from '../rpc-endpoint.js';
import { type Condition, conditionOf, currentVersionOf, preconditionFailed } from './conditions.js';
import { isKnown, revalidated, validators } from './entry-tag.js';
import { acceptsValue, codecOfMediaType, guessCodec, mediaTypeOf } from './media-type.js';
import { representationOf } from './representation.js';

/*
 * A key over HTTP, beyond the messages: its value as it was written, its version as an entity tag, and conditions on what
 * is there.
 */

/** The methods of a key. */
const methods = 'GET, HEAD, POST, PUT, DELETE';

interface WithEntry {
  readonly entry?: Entry | undefined;
}

/** Reads the entry of a key, for its version. */
export type ReadEntry = (namespace: string, key: string, exchange: Exchange) => Promise<Entry | undefined>;

/** Whether the query has `raw`, and not `raw=false`. */
function asksForValue(exchange: Exchange): boolean {
  if (!exchange.hasQuery) return false;
  const raw = exchange.query().get('raw');
  return raw !== null && raw !== 'false' && raw !== '0';
}

/** Of Get: the validators, 304, and the value itself for who asks for it by `?raw` or by its type. */
export const getHook: RpcHook = {
  encoded: true,
  answer(message, exchange) {
    const representation = representationOf(message as GetResponse | Encoded<GetResponse>);
    if (representation === undefined) return {};
    const { entry, headers, ready } = representation;
    const { headers: asked } = exchange.request;
    if (isKnown(asked, headers.etag)) return { status: 304, headers };
    if (!asksForValue(exchange) && !acceptsValue(asked.accept, entry.codec)) return { ready };
    if (entry.masked) throw new HttpError(Status.PERMISSION_DENIED, 'the value is masked');
    return { headers: { ...headers, 'content-type': mediaTypeOf(entry.codec) }, body: entry.value };
  },
};

/** Of Set. `always`: the body is the value, as of a PUT; else where `?raw` or a type that no message has says so. */
export function setHook(readEntry: ReadEntry, always: boolean): RpcHook {
  return {
    async readBody(exchange, maxBytes) {
      if (!always && !isValue(exchange)) return undefined;
      const request = fromQuery('config.v1.SetRequest', exchange.query());
      // Unsupported requests are refused before the body is waited for.
      const told = request.codec || codecOfMediaType(exchange.request.headers['content-type']);
      request.value = await readBytes(exchange, maxBytes);
      // The original has no PUT here: one that brings nothing is told so.
      if (always && told === undefined && request.value.length === 0) throw methodNotAllowed(methods);
      request.codec = told ?? guessCodec(new Map(exchange.variables()).get('key') ?? '', request.value);
      return request;
    },
    call(next, message, exchange) {
      const condition = conditionOf(exchange.request.headers);
      if (condition === undefined) return next(message);
      const request = message as SetRequest;
      if (request.ifVersion !== undefined || request.writeMode !== WriteMode.WRITE_MODE_UNSPECIFIED) {
        throw badRequest('a condition is given in the headers and in the request');
      }
      const demanded = { exists: WriteMode.WRITE_MODE_UPDATE, absent: WriteMode.WRITE_MODE_CREATE };
      const conditioned = typeof condition === 'string' ? { ...request, writeMode: demanded[condition] } : request;
      return conditional(next, conditioned, condition, exchange, readEntry);
    },
    answer: (message) => entryAnswer(message as WithEntry),
  };
}

/** Of Delete. */
export function deleteHook(readEntry: ReadEntry): RpcHook {
  return {
    call(next, message, exchange) {
      const condition = conditionOf(exchange.request.headers);
      if (condition === undefined) return next(message);
      const request = message as DeleteRequest;
      if (condition === 'absent') throw badRequest('If-None-Match makes no sense for DELETE');
      if (request.ifVersion !== undefined) throw badRequest('a condition is given in the headers and in the query');
      return conditional(next, request, condition, exchange, readEntry);
    },
  };
}

/** The body of a POST is a message, unless its type is one that no message has. */
function isValue(exchange: Exchange): boolean {
  if (asksForValue(exchange)) return true;
  const type = exchange.request.headers['content-type'];
  return type !== undefined && /yaml|toml|octet-stream/i.test(type);
}

/** A write under a condition. Of several versions it takes the one that is there. */
async function conditional<Request extends SetRequest | DeleteRequest>(
  next: (request: Request) => Promise<object>,
  request: Request,
  condition: Condition,
  exchange: Exchange,
  readEntry: ReadEntry,
): Promise<object> {
  const readVersion = async (): Promise<number | undefined> => {
    const entry = await readEntry(request.namespace, request.key, exchange).catch(() => undefined);
    return entry?.version;
  };
  try {
    if (typeof condition === 'string') return await next(request);
    const [first, ...others] = condition;
    const attempt = next({ ...request, ifVersion: first });
    if (others.length === 0) return await attempt;
    return await attempt.catch((error: unknown) => {
      const current = currentVersionOf(error);
      if (current === undefined || !others.includes(current)) throw error;
      return next({ ...request, ifVersion: current });
    });
  } catch (error) {
    throw await preconditionFailed(error, condition, readVersion);
  }
}

function entryAnswer({ entry }: WithEntry): HttpAnswer {
  return entry === undefined ? {} : { headers: { ...validators(entry), ...revalidated } };
}
