import { type HttpRule, httpRules } from '@cfg/proto';
import type { OwnRoute } from '../router.js';
import { conditions, failedCondition, ownSchemas, valueContent } from './own-operations.js';
import { jsonContent, rpcOperation } from './rpc-operation.js';
import { Schemas } from './schemas.js';
import type { OpenApiDocument, Operation, Parameter, Schema } from './types.js';

const detail: Schema = {
  type: 'object',
  description: 'A detail, such as a `google.rpc.ErrorInfo` with `reason`, `domain` and `metadata`.',
  properties: { '@type': { type: 'string' } },
  required: ['@type'],
  additionalProperties: {},
};

const error: Schema = {
  type: 'object',
  properties: {
    code: { type: 'integer', description: 'The gRPC code.' },
    message: { type: 'string' },
    details: { type: 'array', items: detail },
  },
  required: ['code', 'message', 'details'],
};

const errorContent = jsonContent({ $ref: '#/components/schemas/Error' });

/** The descriptions of what HTTP adds to these methods. */
const additions: Readonly<Record<string, (operation: Operation) => Operation>> = {
  get: (operation) => ({
    ...operation,
    parameters: [
      ...(operation.parameters ?? []),
      raw('The value itself, with its type, in place of the message.'),
      ifNoneMatch,
    ],
    responses: {
      ...operation.responses,
      200: { ...operation.responses[200], content: { ...valueContent, ...jsonContent(orValue(operation)) } },
      ...notModified,
    },
  }),
  set: (operation) => ({
    ...operation,
    parameters: [...(operation.parameters ?? []), raw('The body is the value, and its type the codec.'), ...conditions],
    responses: { ...operation.responses, ...failedCondition },
  }),
  delete: (operation) => ({
    ...operation,
    parameters: [...(operation.parameters ?? []), ...conditions.slice(0, 1)],
    responses: { ...operation.responses, ...failedCondition },
  }),
  snapshot: (operation) => ({
    ...operation,
    parameters: [...(operation.parameters ?? []), ifNoneMatch],
    responses: { ...operation.responses, ...notModified },
  }),
};

/** The JSON answer to a Get: the message or, where the caller asks for it, a value that is JSON. */
const orValue = ({ responses }: Operation): Schema => ({
  anyOf: [
    responses[200]?.content?.['application/json']?.schema ?? {},
    { description: 'The value itself, where the request asks for it.' },
  ],
});

const raw = (description: string): Parameter => ({
  name: 'raw',
  in: 'query',
  description,
  schema: { type: 'boolean' },
});

const ifNoneMatch: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  description: 'Entity tags of what the caller has: 304 if one is that of the answer.',
  schema: { type: 'string' },
};

const notModified = { 304: { description: 'The caller has it' } };

/** The document of all routes: those of the proto's annotations, and the gateway's own. `base`: where it is mounted. */
export function openApiDocument(own: readonly OwnRoute[], base: string): OpenApiDocument {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Operation>> = {};
  const add = (verb: string, path: string, operation: Operation): void => {
    paths[path] = { ...paths[path], [verb.toLowerCase()]: operation };
  };
  for (const rule of httpRules()) add(rule.verb, rule.path, described(rule, schemas));
  for (const { verb, path, operation } of own) add(verb, path, operation);
  return {
    openapi: '3.1.1',
    info: {
      title: 'cfg',
      version: 'v1',
      description: 'Namespaced, versioned configuration. In a path, a key or an alias may be encoded as one segment.',
    },
    servers: [{ url: base === '' ? '/' : base }],
    tags: [
      { name: 'ConfigService', description: 'Entries, their history, namespaces and aliases.' },
      { name: 'ConfigOperations', description: 'What writes or reads much at once. A server may leave it out.' },
      { name: 'ConfigCluster', description: 'The ring of a cluster. 501 from a server that is in none.' },
      { name: 'Flags', description: 'OpenFeature’s remote evaluation: flags that are keys.' },
      { name: 'Gateway', description: 'What only HTTP has.' },
    ],
    paths,
    components: {
      schemas: { ...schemas.components, ...ownSchemas, Error: error },
      responses: {
        Error: { description: 'Why it is not done, with the HTTP status of the code', content: errorContent },
        PreconditionFailed: {
          description: 'The condition does not hold; `current_version` is in the metadata of the ErrorInfo',
          content: errorContent,
        },
      },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { bearer: [] }],
  };
}

function described(rule: HttpRule, schemas: Schemas): Operation {
  const operation = rpcOperation(rule, schemas);
  return additions[rule.name]?.(operation) ?? operation;
}
