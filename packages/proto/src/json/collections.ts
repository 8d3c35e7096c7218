import { JsonMappingError, quote, within } from './error.js';
import type { JsonSchema, Kind } from './kind.js';

/** A repeated field: an array whose elements are never null. */
export class ListKind implements Kind<unknown[]> {
  readonly absent = '[]';
  readonly element: Kind;
  readonly schema: JsonSchema;

  constructor(element: Kind) {
    this.element = element;
    this.schema = { type: 'array', items: element.schema };
  }

  write(values: unknown[]): string {
    let at = 0;
    let text = '';
    try {
      for (; at < values.length; at++) {
        text += `${at === 0 ? '' : ','}${this.element.write(values[at])}`;
      }
    } catch (error) {
      throw within(`[${at}]`, error);
    }
    return `[${text}]`;
  }

  read(json: unknown): unknown[] {
    if (!Array.isArray(json)) throw new JsonMappingError('must be an array');
    return json.map((element: unknown, index) => {
      try {
        if (element === null) throw new JsonMappingError('must not be null');
        return this.element.read(element);
      } catch (error) {
        throw within(`[${index}]`, error);
      }
    });
  }

  parse(): never {
    throw new JsonMappingError('must be given element by element');
  }
}

/** A map field with string keys: a plain object. */
export class MapKind implements Kind<Record<string, unknown>> {
  readonly absent = '{}';
  readonly schema: JsonSchema;
  readonly #key: Kind<string>;
  readonly #value: Kind;

  constructor(key: Kind<string>, value: Kind) {
    this.#key = key;
    this.#value = value;
    this.schema = { type: 'object', additionalProperties: value.schema };
  }

  write(map: Record<string, unknown>): string {
    const members = Object.keys(map).map((key) => {
      try {
        return `${this.#key.write(key)}:${this.#value.write(map[key])}`;
      } catch (error) {
        throw within(`[${quote(key)}]`, error);
      }
    });
    return `{${members.join(',')}}`;
  }

  read(json: unknown): Record<string, unknown> {
    if (!isObject(json)) throw new JsonMappingError('must be an object');
    const map: Record<string, unknown> = {};
    for (const key of Object.keys(json)) {
      try {
        if (json[key] === null) throw new JsonMappingError('must not be null');
        const value = this.#value.read(json[key]);
        // Defined, not assigned: a key may be `__proto__`.
        const property = { value, enumerable: true, configurable: true, writable: true };
        Object.defineProperty(map, this.#key.read(key), property);
      } catch (error) {
        throw within(`[${quote(key)}]`, error);
      }
    }
    return map;
  }

  parse(): never {
    throw new JsonMappingError('a map cannot be given as text');
  }
}

export function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
