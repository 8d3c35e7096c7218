import { commentOf, type HttpRule, type JsonSchema, jsonSchema } from '@cfg/proto';
import { pathParameter } from './path-parameters.js';
import { described, fieldComment, type Schemas } from './schemas.js';
import type { Answer, Operation, Parameter, Schema } from './types.js';

/** Every answer that is no success. */
export const refused: { readonly default: Answer } = { default: { $ref: '#/components/responses/Error' } };

export const jsonContent = (schema: Schema): Record<string, { readonly schema: Schema }> => ({
  'application/json': { schema },
});

/** How a method is asked and answers, from its descriptor and its comments. */
export function rpcOperation(rule: HttpRule, schemas: Schemas): Operation {
  const variables = [...rule.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const query = rule.body === '*' ? [] : queryParameters(rule, variables, schemas);
  return {
    operationId: rule.name,
    tags: [rule.service.slice(rule.service.lastIndexOf('.') + 1)],
    summary: commentOf(rule.method).replace(/^\w+ (\w)/, (_, letter: string) => letter.toUpperCase()),
    parameters: [...variables.map((name) => variable(rule, name)), ...query],
    ...(rule.body === '*' && {
      requestBody: { required: true, content: jsonContent(schemas.read(rule.requestType)) },
    }),
    responses: { 200: { description: 'Done', content: jsonContent(schemas.written(rule.responseType)) }, ...refused },
  };
}

function variable(rule: HttpRule, name: string): Parameter {
  return described(pathParameter(name), fieldComment(rule.requestType, name));
}

function queryParameters(rule: HttpRule, variables: readonly string[], schemas: Schemas): Parameter[] {
  const { properties = {} } = jsonSchema(rule.requestType);
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (variables.includes(name) || schema.title !== undefined) return [];
    const parameter: Parameter = { name, in: 'query', schema: schemas.plain(withoutNull(schema)) };
    return [described(parameter, fieldComment(rule.requestType, name))];
  });
}

/** A parameter that is not set is left out. */
const withoutNull = (schema: JsonSchema): JsonSchema => schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
