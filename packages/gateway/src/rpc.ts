import { fromQuery, type HttpRule, JsonMappingError, parseJson, setField, toJsonString } from '@cfg/proto';
import { Status } from 'nice-grpc-common';
import { badRequest, HttpError } from './errors.js';
import type { Endpoint, Exchange, ServiceCallOptions } from './exchange.js';
import { readBody } from './request-body.js';

/** A method of a client, by a name that only the descriptors know. */
type UnaryMethod = (request: object, options: ServiceCallOptions) => Promise<object>;

/** The endpoint of a method: its request from path, query and body, its response as JSON. */
export function rpcEndpoint(rule: HttpRule, client: object | undefined, maxBodyBytes: number): Endpoint {
  const method = (client as Record<string, UnaryMethod> | undefined)?.[rule.name];
  if (!method) return notServed(rule.method);
  return async (exchange) => {
    const options = exchange.callOptions();
    const request = await readRequest(rule, exchange, maxBodyBytes);
    exchange.send(200, toJsonString(rule.responseType, await method(request, options)));
  };
}

async function readRequest(rule: HttpRule, exchange: Exchange, maxBodyBytes: number): Promise<object> {
  // A path that cannot be read is refused before a body is waited for.
  const variables = exchange.variables();
  const body = rule.body === '*' ? await readBody(exchange.request, maxBodyBytes) : '';
  try {
    const query = rule.body === '*' ? [] : exchange.query();
    const request = body === '' ? fromQuery(rule.requestType, query) : parseJson(rule.requestType, body);
    for (const [name, value] of variables) setField(rule.requestType, request, name, value);
    return request;
  } catch (error) {
    throw error instanceof JsonMappingError ? badRequest(error.message) : error;
  }
}

function notServed(method: string): Endpoint {
  return async () => {
    throw new HttpError(Status.UNIMPLEMENTED, `${method} is not served here`);
  };
}
