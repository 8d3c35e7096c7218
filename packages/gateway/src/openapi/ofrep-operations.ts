import { pathParameter } from './path-parameters.js';
import { jsonContent, refused } from './rpc-operation.js';
import type { Operation, Parameter, Schema } from './types.js';

/* OpenFeature's remote evaluation, which is not in the proto. */

const text: Schema = { type: 'string' };

const request: Schema = {
  type: 'object',
  properties: {
    context: {
      type: 'object',
      description: 'Of whom the flag is evaluated for.',
      properties: { targetingKey: text },
      additionalProperties: {},
    },
  },
};

const flag: Schema = {
  type: 'object',
  properties: {
    key: text,
    value: { description: 'Absent where the flag is off: the code’s own default is used.' },
    reason: text,
    variant: text,
    metadata: { type: 'object', properties: { version: { type: 'integer' }, revision: { type: 'integer' } } },
  },
  required: ['key', 'reason'],
};

const failure: Schema = {
  type: 'object',
  description: 'An error object with the fields of the protocol.',
  properties: {
    code: { type: 'integer' },
    message: text,
    details: { type: 'array', items: { type: 'object' } },
    key: text,
    errorCode: {
      type: 'string',
      enum: ['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'FLAG_NOT_FOUND', 'GENERAL'],
    },
    errorDetails: text,
  },
  required: ['errorCode'],
};

/** `mark`: `Default` for the routes of the default namespace, which have none in the path. */
const variables = (mark: string): readonly Parameter[] => (mark === '' ? [pathParameter('namespace')] : []);

const body = { required: false, content: jsonContent(request) };
export const ofrepSingle = (mark: string): Operation => ({
  operationId: `evaluateFlag${mark}`,
  tags: ['Flags'],
  summary: 'Evaluates a flag (OFREP)',
  parameters: [...variables(mark), pathParameter('key')],
  requestBody: body,
  responses: {
    200: { description: 'What the flag is', content: jsonContent(flag) },
    400: { description: 'The flag cannot be evaluated', content: jsonContent(failure) },
    404: { description: 'There is no such flag', content: jsonContent(failure) },
    ...refused,
  },
});

export const ofrepBulk = (mark: string): Operation => ({
  operationId: `evaluateFlags${mark}`,
  tags: ['Flags'],
  summary: 'Evaluates all flags of the namespace (OFREP)',
  parameters: [
    ...variables(mark),
    {
      name: 'If-None-Match',
      in: 'header',
      description: 'Entity tags of what the caller has: 304 if one is that of the answer.',
      schema: text,
    },
  ],
  requestBody: body,
  responses: {
    200: {
      description: 'What the flags are',
      content: jsonContent({
        type: 'object',
        properties: { flags: { type: 'array', items: { anyOf: [flag, failure] } } },
        required: ['flags'],
      }),
    },
    304: { description: 'The caller has it' },
    400: { description: 'The context cannot be read', content: jsonContent(failure) },
    ...refused,
  },
});
