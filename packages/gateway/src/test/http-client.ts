import type { Agent } from 'node:http';
import {
  type ConfigOperationsDefinition,
  type ConfigServiceDefinition,
  type HttpRule,
  httpRules,
  type JsonValue,
  messageType,
  parseJson,
  toJson,
} from '@cfg/proto';
import type { Client } from 'nice-grpc';
import { type CallOptions, ClientError, Metadata, Status } from 'nice-grpc-common';
import { statusOf } from './error-object.js';
import { ask } from './http.js';
import { watchOver } from './http-watch.js';

/** The features that this project's own service over a store with revisions announces. HTTP has no word for them. */
const features = 'revisions cas ttl requests tombstones batch restore authors search';

/**
 * Clients of both services that speak HTTP: with them a `RemoteStore` becomes a store over REST and server-sent events.
 * They go by the proto's annotations, as any REST client that is generated from them.
 */
export function httpClients(
  base: string,
  agent: Agent,
): { client: Client<ConfigServiceDefinition>; operations: Client<ConfigOperationsDefinition> } {
  const of = (service: string): Record<string, unknown> => {
    const rules = httpRules().filter((rule) => rule.service === service);
    const method = (rule: HttpRule) => (request: object, options?: CallOptions) =>
      call(base, agent, rule, request, options);
    return Object.fromEntries(rules.map((rule) => [rule.name, method(rule)]));
  };
  const watch = (request: object, options?: CallOptions) => {
    return watchOver(base, messageType('config.v1.WatchRequest').fromPartial(request), hearing(options));
  };
  return {
    client: { ...of('config.v1.ConfigService'), watch } as unknown as Client<ConfigServiceDefinition>,
    operations: of('config.v1.ConfigOperations') as unknown as Client<ConfigOperationsDefinition>,
  };
}

/** Tells whoever wants to know what the service can do, as a gRPC reply does by itself. */
function hearing(options: CallOptions = {}): CallOptions {
  options.onHeader?.(Metadata({ 'cfg-features': features }));
  return options;
}

async function call(
  base: string,
  agent: Agent,
  rule: HttpRule,
  request: object,
  options?: CallOptions,
): Promise<object> {
  const message = messageType(rule.requestType).fromPartial(request);
  const fields = toJson(rule.requestType, message as never) as Record<string, JsonValue>;
  const path = rule.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(fields[name]);
    delete fields[name];
    if (value === '') throw new ClientError(rule.method, Status.INVALID_ARGUMENT, `${name} is required`);
    return encodeURIComponent(value);
  });
  const query = rule.body === '*' ? '' : `?${new URLSearchParams(given(fields))}`;
  const body = rule.body === '*' ? { body: fields } : {};
  const signal = options?.signal;
  const answer = await ask(base, path + query, { method: rule.verb, agent, ...body, ...(signal && { signal }) });
  if (answer.status !== 200) throw statusOf(rule.method, answer.json);
  hearing(options);
  return parseJson(rule.responseType, answer.text);
}

const given = (fields: Record<string, JsonValue>): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]));
