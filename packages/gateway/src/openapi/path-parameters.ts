import { maxNameLength } from '@cfg/core';
import type { Parameter, Schema } from './types.js';

const length = { minLength: 1, maxLength: maxNameLength };
const key: Schema = { type: 'string', pattern: String.raw`^[a-zA-Z0-9_.\-]+(/[a-zA-Z0-9_.\-]+)*$`, ...length };

/** The pattern of each path variable, by its name. A key may also not have two dots in a row. */
const schemas: Readonly<Record<string, Schema>> = {
  namespace: { type: 'string', pattern: String.raw`^[a-zA-Z0-9][a-zA-Z0-9_.\-:]*$`, ...length },
  key,
  alias: key,
};

export const pathParameter = (name: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  schema: schemas[name] ?? { type: 'string' },
});
