import { JsonMappingError } from './error.js';

/** A JSON Schema, as far as these types need it. */
export interface JsonSchema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly string[];
  readonly items?: JsonSchema;
  /** The full name of the message that it is the schema of. */
  readonly title?: string;
  /** The fields that are always written. A reader needs none of them. */
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
}

/** How the values of one protobuf type travel as JSON, and as text in a query or a path. */
export interface Kind<T = unknown> {
  /** The JSON of a field that is not set. */
  readonly absent: string;
  /** The form that is written, and that every reader takes. */
  readonly schema: JsonSchema;
  /** @throws JsonMappingError if JSON cannot say the value. */
  write(value: T): string;
  /** Reads what `JSON.parse` gave, which is not null. @throws JsonMappingError */
  read(json: unknown): T;
  /** Reads a query parameter or path variable. @throws JsonMappingError */
  parse(text: string): T;
}

export const stringKind: Kind<string> = {
  absent: '""',
  schema: { type: 'string' },
  write: (value) => JSON.stringify(value),
  read(json) {
    if (typeof json !== 'string') throw new JsonMappingError('must be a string');
    return stringKind.parse(json);
  },
  parse(text) {
    // UTF-8 cannot say half a surrogate pair: it would arrive as another character.
    if (/\p{Surrogate}/u.test(text)) throw new JsonMappingError('must be well-formed Unicode');
    return text;
  },
};

// The spellings of Go's strconv.ParseBool, by which grpc-gateway reads a query.
const truths = new Map([
  ...['true', 'True', 'TRUE', 't', 'T', '1'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE', 'f', 'F', '0'].map((text) => [text, false] as const),
]);

export const boolKind: Kind<boolean> = {
  absent: 'false',
  schema: { type: 'boolean' },
  write: (value) => (value ? 'true' : 'false'),
  read(json) {
    if (typeof json !== 'boolean') throw new JsonMappingError('must be true or false');
    return json;
  },
  parse(text) {
    const value = truths.get(text);
    if (value === undefined) throw new JsonMappingError('must be true or false');
    return value;
  },
};
