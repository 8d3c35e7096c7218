import { type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import { descriptors } from './descriptors.js';
import { isMessageName, type MessageName } from './message-types.js';

const verbs = { get: 'GET', put: 'PUT', post: 'POST', delete: 'DELETE', patch: 'PATCH' } as const;

/** One HTTP form of a method, from its `google.api.http` option. */
export interface HttpRule {
  /** The method's full name, `config.v1.ConfigService.GetVersions`. */
  readonly method: string;
  /** The service's full name, `config.v1.ConfigService`. */
  readonly service: string;
  /** The method's name in the service definition and in its clients, `getVersions`. */
  readonly name: string;
  readonly verb: (typeof verbs)[keyof typeof verbs];
  /** The path template, `/v1/namespaces/{namespace}/keys/{key}/versions`. */
  readonly path: string;
  /** `*`: the request is the JSON body. Absent: what is not in the path is in the query. */
  readonly body: '*' | undefined;
  readonly requestType: MessageName;
  readonly responseType: MessageName;
  readonly responseStream: boolean;
}

/** The parts of a `google.api.HttpRule` that are read here. */
interface HttpRuleOption {
  pattern: { case: string | undefined; value?: unknown };
  body: string;
  additionalBindings: HttpRuleOption[];
}

let rules: readonly HttpRule[] | undefined;

/**
 * All HTTP forms of all methods, in the order of the proto. A method without the option (Watch) has none.
 * Made on first use and shared.
 * @throws Error on a form that this reader does not know: a custom verb, a body that is one field.
 */
export function httpRules(): readonly HttpRule[] {
  rules ??= Object.freeze(readRules());
  return rules;
}

function readRules(): HttpRule[] {
  const registry = descriptors();
  const http = registry.getExtension('google.api.http');
  if (http === undefined) throw new Error('the descriptors lack google.api.http');
  return [...registry]
    .filter((type) => type.kind === 'service')
    .flatMap((service) => service.methods)
    .filter((method) => hasOption(method, http))
    .flatMap((method) => {
      const option = getOption(method, http) as unknown as HttpRuleOption;
      return [option, ...option.additionalBindings].map((binding) => readRule(method, binding));
    });
}

function readRule(method: DescMethod, { pattern, body }: HttpRuleOption): HttpRule {
  const fullName = `${method.parent.typeName}.${method.name}`;
  const verb = Object.entries(verbs).find(([key]) => key === pattern.case)?.[1];
  if (verb === undefined || typeof pattern.value !== 'string') throw new Error(`${fullName}: not a plain HTTP verb`);
  if (body !== '' && body !== '*') throw new Error(`${fullName}: the HTTP body is neither the message nor absent`);
  return Object.freeze({
    method: fullName,
    service: method.parent.typeName,
    name: method.localName,
    verb,
    path: pattern.value,
    body: body === '*' ? '*' : undefined,
    requestType: messageName(method.input.typeName),
    responseType: messageName(method.output.typeName),
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
  });
}

function messageName(name: string): MessageName {
  if (!isMessageName(name)) throw new Error(`no message type for ${name}`);
  return name;
}
