import { pathParameter } from './path-parameters.js';
import { jsonContent, refused } from './rpc-operation.js';
import type { Answer, Operation, Parameter, Schema } from './types.js';

/* The routes that the proto does not have. */

const text: Schema = { type: 'string' };
const query = (name: string, description: string, schema: Schema = text): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});
const header = (name: string, description: string): Parameter => ({ name, in: 'header', description, schema: text });
const many: Schema = { type: 'array', items: text };
const object = (properties: Readonly<Record<string, Schema>>, required = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
});
const key = [pathParameter('namespace'), pathParameter('key')];
const values = ['application/json', 'application/yaml', 'application/toml', 'text/plain', 'application/octet-stream'];
const open = { security: [] };

export const valueContent: Record<string, { readonly schema: Schema }> = Object.fromEntries(
  values.map((type) => [type, { schema: type === 'application/json' ? {} : text }]),
);

export const conditions: readonly Parameter[] = [
  header('If-Match', 'Only if the current version has one of these entity tags; `*`: if there is a value. Else 412.'),
  header('If-None-Match', '`*`: only if there is no value. Else 412.'),
];

export const failedCondition: { readonly 412: Answer } = {
  412: { $ref: '#/components/responses/PreconditionFailed' },
};

const changeEvent = object(
  {
    type: { type: 'string', enum: ['SET', 'DELETE', 'ALIAS_SET', 'ALIAS_DELETE'] },
    namespace: text,
    key: text,
    value: { type: 'string', contentEncoding: 'base64' },
    codec: text,
    version: { type: 'integer' },
    author: text,
    comment: text,
    more: { type: 'boolean', description: 'Further changes of the same write follow.' },
    created_at: { type: 'string', format: 'date-time' },
    updated_at: { type: 'string', format: 'date-time' },
  },
  ['type', 'namespace', 'key'],
);

/** The components that these operations refer to. */
export const ownSchemas: Readonly<Record<string, Schema>> = {
  ChangeEvent: {
    ...changeEvent,
    description: 'The `data` of the events `set`, `delete`, `alias_set`, `alias_delete`.',
  },
};

export const putValue = (setResponse: Schema): Operation => ({
  operationId: 'putValue',
  tags: ['Gateway'],
  summary: 'Writes a value as it is',
  description:
    'The codec is that of the Content-Type. Without one it is guessed: by the ending of the key, else by reading.',
  parameters: [
    ...key,
    query('codec', 'In place of that of the Content-Type.'),
    query('ttl', 'Expires after, as in `60s`.'),
    query('comment', 'Why, kept with the version.'),
    query('requestId', 'A repeat with the same id gets the first answer and writes nothing.'),
    ...conditions,
  ],
  requestBody: { required: true, content: valueContent },
  responses: { 200: { description: 'Written', content: jsonContent(setResponse) }, ...failedCondition, ...refused },
});

export const diff: Operation = {
  operationId: 'diff',
  tags: ['Gateway'],
  summary: 'Compares two versions of a key',
  parameters: [
    ...key,
    { ...query('v1', 'A version; 0: the current one.', { type: 'integer', minimum: 0 }), required: true },
    { ...query('v2', 'A version; 0: the current one.', { type: 'integer', minimum: 0 }), required: true },
  ],
  responses: {
    200: {
      description: 'Done',
      content: jsonContent(
        object(
          {
            namespace: text,
            key: text,
            v1: { type: 'integer' },
            v2: { type: 'integer' },
            v1_value: { type: 'string', contentEncoding: 'base64' },
            v1_codec: text,
            v2_value: { type: 'string', contentEncoding: 'base64' },
            v2_codec: text,
            changed: { type: 'boolean' },
          },
          ['namespace', 'key', 'v1', 'v2', 'changed'],
        ),
      ),
    },
    ...refused,
  },
};

export const watch: Operation = {
  operationId: 'watch',
  tags: ['Gateway'],
  summary: 'Streams changes as server-sent events',
  description:
    'Events `set`, `delete`, `alias_set`, `alias_delete` have a ChangeEvent as data; `reset` (data: `{"reason"}`) says ' +
    'that changes may have been missed, so that everything is to be read anew; `error` (data: `{"error"}`) says why the ' +
    'stream ends. The id of an event is what a client sends back to go on after it.',
  parameters: [
    query('namespaces', 'Only of these; none: of all.', many),
    query('prefixes', 'Only keys that begin with one of these; none: all.', many),
    query('lastEventId', 'Go on after the event with this id; the header Last-Event-ID wins.'),
    header('Last-Event-ID', 'Go on after the event with this id.'),
  ],
  responses: {
    200: {
      description: 'The stream',
      content: { 'text/event-stream': { schema: { $ref: '#/components/schemas/ChangeEvent' } } },
    },
    ...refused,
  },
};

export const openApi: Operation = {
  operationId: 'openApi',
  tags: ['Gateway'],
  summary: 'This document',
  responses: { 200: { description: 'Done', content: jsonContent({ type: 'object' }) }, ...refused },
  ...open,
};

export const docs: Operation = {
  operationId: 'docs',
  tags: ['Gateway'],
  summary: 'Shows this document',
  responses: { 200: { description: 'A page', content: { 'text/html': { schema: text } } }, ...refused },
  ...open,
};

const status = (description: string): Answer => ({
  description,
  content: jsonContent({ type: 'object', properties: { status: text }, required: ['status'] }),
});

export const health: Operation = {
  operationId: 'health',
  tags: ['Gateway'],
  summary: 'Whether the process answers',
  responses: { 200: status('It does'), ...refused },
  ...open,
};

export const ready: Operation = {
  operationId: 'ready',
  tags: ['Gateway'],
  summary: 'Whether requests can be served',
  responses: { 200: status('They can'), 503: status('They cannot; `checks` says what fails'), ...refused },
  ...open,
};

export const metrics: Operation = {
  operationId: 'metrics',
  tags: ['Gateway'],
  summary: 'Metrics of the service, for Prometheus',
  responses: { 200: { description: 'Done', content: { 'text/plain': { schema: text } } }, ...refused },
  ...open,
};
