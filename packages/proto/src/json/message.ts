import { isObject } from './collections.js';
import { JsonMappingError, within } from './error.js';
import type { JsonSchema, Kind } from './kind.js';

/** A message as an object with fields by name. */
export type Fields = Record<string, unknown>;

export interface Field {
  /** The name in messages and in JSON, lowerCamelCase. */
  readonly name: string;
  /** The name in the proto, snake_case; read as well. */
  readonly protoName: string;
  /** Left out of the JSON when not set: of a oneof, or marked `optional`. */
  readonly optional: boolean;
  /** The oneof that it belongs to, of which at most one field is set. */
  readonly oneof: string | undefined;
  readonly kind: Kind;
}

interface Member {
  readonly field: Field;
  /** `"name":` */
  readonly prefix: string;
  /** The JSON of the field when it is not set; empty: the field is left out. */
  readonly unset: string;
}

/** A message type: its fields with their kinds, worked out once so that a message is one walk over an array. */
export class MessageKind implements Kind<Fields> {
  readonly absent = 'null';
  readonly schema: JsonSchema;
  readonly create: () => Fields;
  readonly #members: readonly Member[];
  readonly #byName: ReadonlyMap<string, Field>;

  /** @param create makes a message with every field at its default. */
  constructor(fields: readonly Field[], create: () => Fields, title?: string) {
    this.create = create;
    this.schema = {
      type: 'object',
      ...(title !== undefined && { title }),
      properties: Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)])),
      required: fields.filter(({ optional }) => !optional).map(({ name }) => name),
    };
    this.#members = fields.map((field) => {
      const prefix = `${JSON.stringify(field.name)}:`;
      return { field, prefix, unset: field.optional ? '' : prefix + field.kind.absent };
    });
    this.#byName = new Map(fields.flatMap((field) => [field.name, field.protoName].map((name) => [name, field])));
  }

  /** The field of this name in either spelling. */
  field(name: string): Field | undefined {
    return this.#byName.get(name);
  }

  write(message: Fields): string {
    let text = '';
    let at = '';
    try {
      for (const { field, prefix, unset } of this.#members) {
        const value = message[field.name];
        at = field.name;
        const member = value === undefined || value === null ? unset : prefix + field.kind.write(value);
        if (member !== '') text += text === '' ? member : `,${member}`;
      }
    } catch (error) {
      throw within(at, error);
    }
    return `{${text}}`;
  }

  read(json: unknown): Fields {
    if (!isObject(json)) throw new JsonMappingError('must be an object');
    const message = this.create();
    const given = new Set<string>();
    let at = '';
    try {
      for (at of Object.keys(json)) {
        const field = this.#byName.get(at);
        if (field === undefined) continue;
        const { kind, name, oneof } = field;
        claim(given, name, 'given in two spellings');
        if (json[at] === null) continue;
        if (oneof !== undefined) claim(given, `oneof ${oneof}`, `another field of "${oneof}" is given`);
        message[name] = kind.read(json[at]);
      }
    } catch (error) {
      throw within(at, error);
    }
    return message;
  }

  parse(): never {
    throw new JsonMappingError('a message cannot be given as text');
  }
}

/** A field that is always written may be null: a message that is not set. */
const schemaOf = ({ kind, optional }: Field): JsonSchema =>
  kind.absent === 'null' && !optional ? { anyOf: [kind.schema, { type: 'null' }] } : kind.schema;

/** Adds `name` to what has been given, once. */
export function claim(given: Set<string>, name: string, problem: string): void {
  if (given.has(name)) throw new JsonMappingError(problem);
  given.add(name);
}
