import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ConfigError } from '../contract/errors.js';

/** A Standard Schema, which checks data and gives it a type: one of zod, valibot, arktype or any other library with that interface. */
export type StandardSchema = StandardSchemaV1;

/** The data that a schema returns. */
export type OutputOf<S> = S extends StandardSchemaV1<infer _, infer Output> ? Output : never;

/** One thing that is wrong with a value. */
export interface Issue {
  /** Where in the object, with dots; empty for all of it. */
  readonly path: string;
  readonly message: string;
}

/** Throws `invalid_argument` for what is not a schema. */
export function checkSchema(schema: StandardSchemaV1): void {
  if (typeof schema?.['~standard']?.validate === 'function') return;
  throw new ConfigError('invalid_argument', 'schema must be a Standard Schema: of zod, valibot, arktype, …');
}

/** The data as the schema returns them, or what is wrong with them. */
export async function validate<S extends StandardSchemaV1>(
  schema: S,
  data: unknown,
): Promise<{ readonly value: OutputOf<S> } | { readonly issues: readonly Issue[] }> {
  const result = await schema['~standard'].validate(data);
  if (result.issues === undefined) return { value: result.value as OutputOf<S> };
  return { issues: result.issues.map(({ path = [], message }) => ({ path: path.map(nameOf).join('.'), message })) };
}

const nameOf = (part: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof part === 'object' ? part.key : part);
