import { fieldSetter, fromQuery, type HttpRule, JsonMappingError, parseJson, toJsonString } from '@cfg/proto';
import { Status } from 'nice-grpc-common';
import { admitted } from './admission.js';
import type { Endpoint, Exchange } from './exchange.js';
import { badRequest, HttpError } from './http-error.js';
import { largeAnswer } from './large-answer.js';
import { Negotiation } from './negotiation.js';
import type { ReadyAnswer } from './ready-answer.js';
import { readBody } from './request-body.js';
import type { ServiceCallOptions } from './service-call.js';

/** A method of a client, by a name that only the descriptors know. */
type UnaryMethod = (request: object, options: ServiceCallOptions) => Promise<object>;

/** The headers of an answer beyond its message. */
export interface HttpAnswer {
  /** Default 200. Of a 304, no body is sent. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the message as JSON. */
  readonly body?: Uint8Array | string;
}

/** The parameters and answers that HTTP adds to a method. */
export interface RpcHook {
  /** It takes an answer whose bytes are ready (an `Encoded`) as it is. */
  readonly encoded?: boolean;
  /** Makes the request of a body that is not the message. `undefined`: it is the message. */
  readBody?(exchange: Exchange, maxBodyBytes: number): Promise<object | undefined>;
  /** Surrounds the call. */
  call?(next: (request: object) => Promise<object>, request: object, exchange: Exchange): Promise<object>;
  /** Looks at the answer before it is sent, or knows one that is ready. */
  answer?(message: object, exchange: Exchange): HttpAnswer | { readonly ready: ReadyAnswer };
}

export interface RpcEndpointOptions {
  readonly maxBodyBytes: number;
  readonly hook: RpcHook | undefined;
}

/** The endpoint of a method: its request from path, query and body, its response as JSON. */
export function rpcEndpoint(rule: HttpRule, client: object | undefined, options: RpcEndpointOptions): Endpoint {
  const method = (client as Record<string, UnaryMethod> | undefined)?.[rule.name];
  if (!method) return notServed(rule.method);
  const endpoint = new RpcEndpoint(rule, method, options);
  return rule.body === undefined ? endpoint.read : endpoint.write;
}

/** Everything that is the same for all requests of an endpoint is worked out when it is made. */
class RpcEndpoint {
  readonly #rule: HttpRule;
  readonly #method: UnaryMethod;
  readonly #hook: RpcHook;
  readonly #maxBodyBytes: number;
  readonly #negotiation: Negotiation;
  readonly #setters: ReadonlyMap<string, (message: never, text: string) => void>;

  constructor(rule: HttpRule, method: UnaryMethod, { maxBodyBytes, hook = {} }: RpcEndpointOptions) {
    this.#rule = rule;
    this.#method = method;
    this.#hook = hook;
    this.#maxBodyBytes = maxBodyBytes;
    this.#negotiation = new Negotiation(rule.requestType);
    const names = [...rule.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
    this.#setters = new Map(names.map((name) => [name, fieldSetter(rule.requestType, name)]));
  }

  /** Of a method whose request is in path and query. */
  readonly read: Endpoint = (exchange) => {
    const options = exchange.lazyCallOptions(this.#hook.encoded);
    const request = this.#queried(exchange);
    return this.#call(request, exchange, () => options).then((message) => this.#respond(message, exchange));
  };

  /** Of a method whose request comes in a body. A caller who will be refused is refused before the body is waited for. */
  readonly write: Endpoint = (exchange) =>
    admitted(exchange, this.#path, async (options) => {
      const request = await this.#received(exchange);
      const message = await this.#call(request, exchange, options);
      await this.#respond(message, exchange);
    });

  get #path(): string {
    const { service, method } = this.#rule;
    return `/${service}/${method.slice(service.length + 1)}`;
  }

  /** `options`: asked for at each call of the method, of which a hook may make several. */
  #call(request: object, exchange: Exchange, options: () => ServiceCallOptions): Promise<object> {
    const call = (message: object): Promise<object> => {
      const waiting = this.#negotiation.require(message, exchange);
      return waiting === undefined
        ? this.#method(message, options())
        : waiting.then(() => this.#method(message, options()));
    };
    return this.#hook.call === undefined ? call(request) : this.#hook.call(call, request, exchange);
  }

  #respond(message: object, exchange: Exchange): Promise<void> | undefined {
    const answer = this.#hook.answer?.(message, exchange) ?? {};
    if ('ready' in answer) return exchange.reply.sendReady(answer.ready);
    const { status = 200, headers, body } = answer;
    if (status === 304) {
      exchange.reply.sendNotModified(headers);
      return undefined;
    }
    const { responseType } = this.#rule;
    const large = body === undefined ? largeAnswer(responseType, message) : undefined;
    if (large !== undefined) return exchange.reply.sendPieces(status, large, headers);
    return exchange.reply.send(status, body ?? toJsonString(responseType, message), headers);
  }

  #queried(exchange: Exchange): object {
    try {
      const request = fromQuery(this.#rule.requestType, exchange.hasQuery ? exchange.query() : []);
      return this.#placed(request, exchange.variables());
    } catch (error) {
      throw refused(error);
    }
  }

  async #received(exchange: Exchange): Promise<object> {
    // A path that cannot be read is refused before a body is waited for.
    const variables = exchange.variables();
    try {
      const request = await this.#hook.readBody?.(exchange, this.#maxBodyBytes);
      return this.#placed(request ?? this.#parsed(await readBody(exchange, this.#maxBodyBytes)), variables);
    } catch (error) {
      throw refused(error);
    }
  }

  #parsed(body: string): object {
    const { requestType } = this.#rule;
    return body === '' ? fromQuery(requestType, []) : parseJson(requestType, body);
  }

  /** The request, with the path's variables in it. */
  #placed(request: object, variables: readonly [name: string, value: string][]): object {
    for (const [name, value] of variables) this.#setters.get(name)?.(request as never, value);
    return request;
  }
}

const refused = (error: unknown): unknown => (error instanceof JsonMappingError ? badRequest(error.message) : error);

function notServed(method: string): Endpoint {
  return async () => {
    throw new HttpError(Status.UNIMPLEMENTED, `${method} is not served here`);
  };
}
