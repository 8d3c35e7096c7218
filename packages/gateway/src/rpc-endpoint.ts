import { fromQuery, type HttpRule, JsonMappingError, parseJson, setField, toJsonString } from '@cfg/proto';
import { Status } from 'nice-grpc-common';
import { Admission, type Admit } from './admission.js';
import type { Endpoint, Exchange } from './exchange.js';
import { badRequest, HttpError } from './http-error.js';
import { needsFeatures, requireFeatures } from './negotiation.js';
import { readBody } from './request-body.js';
import type { ServiceCallOptions } from './service-call.js';

/** A method of a client, by a name that only the descriptors know. */
type UnaryMethod = (request: object, options: ServiceCallOptions) => Promise<object>;

/** What HTTP says of an answer beyond its message. */
export interface HttpAnswer {
  /** Default 200. Of a 304, no body is sent. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the message as JSON. */
  readonly body?: Uint8Array | string;
}

/** What HTTP adds to a method. */
export interface RpcHook {
  /** It takes an answer whose bytes are ready (an `Encoded`) as it is. */
  readonly encoded?: boolean;
  /** Makes the request of a body that is not the message. `undefined`: it is the message. */
  readBody?(exchange: Exchange, maxBodyBytes: number): Promise<object | undefined>;
  /** Surrounds the call. */
  call?(next: (request: object) => Promise<object>, request: object, exchange: Exchange): Promise<object>;
  /** Looks at the answer before it is sent. */
  answer?(message: object, exchange: Exchange): HttpAnswer;
}

export interface RpcEndpointOptions {
  readonly maxBodyBytes: number;
  readonly hook: RpcHook | undefined;
}

/** The endpoint of a method: its request from path, query and body, its response as JSON. */
export function rpcEndpoint(
  rule: HttpRule,
  client: object | undefined,
  { maxBodyBytes, hook = {} }: RpcEndpointOptions,
): Endpoint {
  const method = (client as Record<string, UnaryMethod> | undefined)?.[rule.name];
  if (!method) return notServed(rule.method);
  const path = `/${rule.service}/${rule.method.slice(rule.service.length + 1)}`;

  async function answer(exchange: Exchange, admission: Admission | undefined): Promise<object> {
    const options = exchange.callOptions();
    const taken = hook.encoded ? { ...options, encoded: true } : options;
    const request = await readRequest(rule, exchange, maxBodyBytes, hook);
    const call = async (message: object): Promise<object> => {
      if (needsFeatures(message, exchange)) await requireFeatures(message, exchange);
      return method?.(message, admission?.options ?? taken) as Promise<object>;
    };
    return hook.call ? hook.call(call, request, exchange) : call(request);
  }

  /** A caller who will be refused is refused before a body is waited for. */
  async function answerAdmitted(exchange: Exchange, admit: Admit): Promise<object> {
    const admission = await Admission.of(admit, path, exchange.callOptions());
    try {
      const message = await answer(exchange, admission);
      admission.end();
      return message;
    } catch (error) {
      admission.end(error);
      throw error;
    }
  }

  return async (exchange) => {
    const { admit } = exchange;
    const isRead = rule.body === undefined || admit === undefined;
    const message = await (isRead ? answer(exchange, undefined) : answerAdmitted(exchange, admit));
    const { status = 200, headers, body } = hook.answer?.(message, exchange) ?? {};
    if (status === 304) exchange.sendNotModified(headers);
    else await exchange.send(status, body ?? toJsonString(rule.responseType, message), headers);
  };
}

async function readRequest(rule: HttpRule, exchange: Exchange, maxBodyBytes: number, hook: RpcHook): Promise<object> {
  // A path that cannot be read is refused before a body is waited for.
  const variables = exchange.variables();
  try {
    const request =
      (await hook.readBody?.(exchange, maxBodyBytes)) ?? (await readMessage(rule, exchange, maxBodyBytes));
    for (const [name, value] of variables) setField(rule.requestType, request as never, name, value);
    return request;
  } catch (error) {
    throw error instanceof JsonMappingError ? badRequest(error.message) : error;
  }
}

async function readMessage(rule: HttpRule, exchange: Exchange, maxBodyBytes: number): Promise<object> {
  if (rule.body !== '*') return fromQuery(rule.requestType, exchange.hasQuery ? exchange.query() : []);
  const body = await readBody(exchange, maxBodyBytes);
  return body === '' ? fromQuery(rule.requestType, []) : parseJson(rule.requestType, body);
}

function notServed(method: string): Endpoint {
  return async () => {
    throw new HttpError(Status.UNIMPLEMENTED, `${method} is not served here`);
  };
}
