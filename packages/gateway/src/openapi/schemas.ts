import { commentOf, type JsonSchema, jsonSchema, type MessageName } from '@cfg/proto';
import type { Schema } from './types.js';

/**
 * The schemas of messages, each once, by reference. Of what is written, fields are always there; of what is read, none
 * has to be.
 */
export class Schemas {
  readonly #components = new Map<string, Schema>();

  /** A reference to a message as it is written. */
  written(typeName: MessageName): Schema {
    return this.#convert(jsonSchema(typeName), true);
  }

  /** A reference to a message as it is read. */
  read(typeName: MessageName): Schema {
    return this.#convert(jsonSchema(typeName), false);
  }

  /** Of a field that is no message. */
  plain(schema: JsonSchema): Schema {
    return this.#convert(schema, false);
  }

  /** The schemas that were referred to so far, by name. */
  get components(): Readonly<Record<string, Schema>> {
    return Object.fromEntries(this.#components);
  }

  #convert(schema: JsonSchema, isWritten: boolean): Schema {
    if (schema.title !== undefined) return this.#refer(schema, schema.title, isWritten);
    const { items, anyOf, additionalProperties, format, ...rest } = schema;
    return {
      ...rest,
      ...(format !== undefined && (format === 'byte' ? { contentEncoding: 'base64' } : { format })),
      ...(items && { items: this.#convert(items, isWritten) }),
      ...(anyOf && { anyOf: anyOf.map((each) => this.#convert(each, isWritten)) }),
      ...(additionalProperties && { additionalProperties: this.#convert(additionalProperties, isWritten) }),
    } as Schema;
  }

  #refer({ properties = {}, required = [] }: JsonSchema, typeName: string, isWritten: boolean): Schema {
    const name = typeName.slice(typeName.lastIndexOf('.') + 1);
    if (!this.#components.has(name)) {
      // Known before its fields are looked at, so that each is made once.
      this.#components.set(name, {});
      const fields = Object.entries(properties).map(([field, schema]): [string, Schema] => {
        return [field, described(this.#convert(schema, isWritten), fieldComment(typeName, field))];
      });
      const whole = { type: 'object', properties: Object.fromEntries(fields) };
      const always = isWritten && required.length > 0 ? { required } : {};
      this.#components.set(name, described({ ...whole, ...always }, commentOf(typeName)));
    }
    return { $ref: `#/components/schemas/${name}` };
  }
}

/** The comment of a field, by its name in JSON. */
export const fieldComment = (typeName: string, jsonName: string): string =>
  commentOf(`${typeName}.${jsonName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`);

export const described = <T extends object>(schema: T, description: string): T =>
  description === '' ? schema : { ...schema, description };
