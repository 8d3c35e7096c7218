import type { IncomingMessage } from 'node:http';
import { fromQuery, type HttpRule, JsonMappingError, parseJson, setField, toJsonString } from '@cfg/proto';
import type { InProcessClients } from '@cfg/service';
import { ServerError, Status } from 'nice-grpc-common';
import type { Endpoint, Exchange, ServiceCallOptions } from './exchange.js';
import { badRequest, HttpError } from './http-error.js';
import { type BodyLimits, readBody } from './request-body.js';

/** A method of a client, by a name that only the descriptors know. */
type UnaryMethod = (request: object, options: ServiceCallOptions) => Promise<object>;

/** Lets a call in before its request is read: see `InProcessClients.admit`. */
export type Admit = InProcessClients['admit'];

/** What HTTP says of an answer beyond its message. */
export interface HttpAnswer {
  /** Default 200. Of a 304, no body is sent. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Looks at the answer to a request before it is sent. */
export type ResponseHook = (message: object, request: IncomingMessage) => HttpAnswer;

export interface RpcEndpointOptions {
  readonly body: BodyLimits;
  readonly admit: Admit | undefined;
  readonly hook: ResponseHook | undefined;
}

/** The endpoint of a method: its request from path, query and body, its response as JSON. */
export function rpcEndpoint(
  rule: HttpRule,
  client: object | undefined,
  { body, admit, hook }: RpcEndpointOptions,
): Endpoint {
  const method = (client as Record<string, UnaryMethod> | undefined)?.[rule.name];
  if (!method) return notServed(rule.method);
  const path = `/${rule.service}/${rule.method.slice(rule.service.length + 1)}`;
  // A caller who will be refused is refused before the body is waited for.
  const call =
    admit === undefined || rule.body === undefined
      ? async (exchange: Exchange): Promise<object> => {
          const options = exchange.callOptions();
          return method(await readRequest(rule, exchange, body), options);
        }
      : async (exchange: Exchange): Promise<object> => {
          const options = exchange.callOptions();
          const { admitted, abandon } = await admit(path, options);
          const request = await readRequest(rule, exchange, body).catch((error: unknown) => {
            abandon(error instanceof HttpError ? new ServerError(error.code, error.message) : callEnded());
            throw error;
          });
          return method(request, { ...options, admitted });
        };
  return async (exchange) => {
    const message = await call(exchange);
    const { status = 200, headers } = hook?.(message, exchange.request) ?? {};
    if (status === 304) exchange.sendNotModified(headers);
    else exchange.send(status, toJsonString(rule.responseType, message), headers);
  };
}

async function readRequest(rule: HttpRule, exchange: Exchange, limits: BodyLimits): Promise<object> {
  // A path that cannot be read is refused before a body is waited for.
  const variables = exchange.variables();
  const body = rule.body === '*' ? await readBody(exchange.request, limits) : '';
  try {
    const query = rule.body === '*' ? [] : exchange.query();
    const request = body === '' ? fromQuery(rule.requestType, query) : parseJson(rule.requestType, body);
    for (const [name, value] of variables) setField(rule.requestType, request, name, value);
    return request;
  } catch (error) {
    throw error instanceof JsonMappingError ? badRequest(error.message) : error;
  }
}

const callEnded = (): ServerError => new ServerError(Status.CANCELLED, 'the caller went away');

function notServed(method: string): Endpoint {
  return async () => {
    throw new HttpError(Status.UNIMPLEMENTED, `${method} is not served here`);
  };
}
