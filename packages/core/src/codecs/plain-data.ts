import { types } from 'node:util';
import { ConfigError, isConfigError } from '../contract/errors.js';
import { maxDepth } from './codec.js';
import { Secret } from './secret.js';

/** The data that a format has beyond strings, booleans, finite numbers, arrays and objects. */
export interface Format {
  readonly name: string;
  readonly hasNull: boolean;
  /** Replaces a leaf where the format writes it in its own way; throws a message for what it does not have. */
  leaf(data: unknown): unknown;
}

/** Thrown by {@link Format.leaf}: the format cannot keep this. */
export class CannotKeep extends Error {}

/**
 * A copy of data in which everything is what a text format can keep: strings, numbers, booleans, null, arrays and plain
 * objects. Every property is read once. Throws `invalid_value` with the path of the first thing that would be written
 * as something else or not at all. A property whose value is `undefined` is left out, as if it were absent.
 */
export function plainCopy(data: unknown, format: Format): unknown {
  return new Copier(format).copy(data);
}

/** Data that repeats itself by reference can have more parts than there is memory for. */
const maxParts = 200_000;

class Copier {
  readonly #format: Format;
  readonly #path: (string | number)[] = [];
  readonly #open = new Set<object>();
  #parts = 0;

  constructor(format: Format) {
    this.#format = format;
  }

  copy(data: unknown): unknown {
    try {
      return this.#copy(data);
    } catch (error) {
      if (isConfigError(error)) throw error;
      if (error instanceof CannotKeep) throw this.#refusal(error.message);
      // A getter or a proxy of the caller's.
      throw this.#refusal('reading it throws', error);
    }
  }

  #copy(data: unknown): unknown {
    this.#parts += 1;
    if (this.#parts > maxParts) throw new CannotKeep(`there are more than ${maxParts.toLocaleString('en')} parts`);
    switch (typeof data) {
      case 'string':
        if (!data.isWellFormed()) throw new CannotKeep('a string has half a surrogate pair, which no UTF-8 text can');
        return this.#format.leaf(data);
      case 'number':
      case 'bigint':
      case 'boolean':
        return this.#format.leaf(data);
      case 'object':
        return this.#copyObject(data);
      default:
        throw new CannotKeep(`${typeof data} cannot be kept`);
    }
  }

  #copyObject(data: object | null): unknown {
    if (data === null) {
      if (this.#format.hasNull) return null;
      throw new CannotKeep('null cannot be kept');
    }
    if (data instanceof Secret) throw new CannotKeep('a Secret is kept by the codec secret only');
    if (types.isDate(data)) return this.#format.leaf(data);
    if (this.#open.has(data)) throw new CannotKeep('it contains itself');
    if (this.#path.length >= maxDepth) throw new CannotKeep(`deeper than ${maxDepth.toLocaleString('en')} levels`);
    this.#open.add(data);
    const copy = Array.isArray(data) ? this.#copyArray(data) : this.#copyPlainObject(data);
    this.#open.delete(data);
    return copy;
  }

  #copyArray(data: readonly unknown[]): unknown[] {
    if (levelsAbove(data) > 2) throw new CannotKeep(`${nameOf(data)} cannot be kept`);
    const copy: unknown[] = [];
    for (let index = 0; index < data.length; index += 1) {
      if (!Object.hasOwn(data, index)) throw new CannotKeep('the array has holes');
      copy.push(this.#at(index, data[index]));
    }
    if (Reflect.ownKeys(data).length > data.length + 1) throw new CannotKeep('the array has properties of its own');
    return copy;
  }

  #copyPlainObject(data: object): object {
    if (levelsAbove(data) > 1 || Object.prototype.toString.call(data) !== '[object Object]') {
      throw new CannotKeep(`${nameOf(data)} cannot be kept`);
    }
    const copy = {};
    for (const key of Reflect.ownKeys(data)) {
      if (!Object.prototype.propertyIsEnumerable.call(data, key)) continue;
      if (typeof key === 'symbol') throw new CannotKeep('a property is named by a symbol');
      this.#path.push(key);
      if (!key.isWellFormed()) throw new CannotKeep('its name has half a surrogate pair, which no UTF-8 text can');
      const value = (data as Record<string, unknown>)[key];
      if (value !== undefined) define(copy, key, this.#copy(value));
      this.#path.pop();
    }
    return copy;
  }

  #at(step: number, data: unknown): unknown {
    this.#path.push(step);
    const copy = this.#copy(data);
    this.#path.pop();
    return copy;
  }

  #refusal(what: string, cause?: unknown): ConfigError {
    const message = `invalid value: cannot be written as ${this.#format.name}${pathOf(this.#path)}: ${what}`;
    return new ConfigError('invalid_value', message, cause === undefined ? {} : { cause });
  }
}

/** Sets an own property whatever its name is, `__proto__` included. */
export function define(object: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else (object as Record<string, unknown>)[key] = value;
}

/** How many prototypes an object has: a plain object one or none, an array two, in whatever realm it was made. */
function levelsAbove(data: object): number {
  let levels = 0;
  for (let above = Object.getPrototypeOf(data); above !== null && levels < 4; above = Object.getPrototypeOf(above)) {
    levels += 1;
  }
  return levels;
}

function nameOf(data: object): string {
  const name: unknown = data.constructor?.name;
  return typeof name === 'string' && /^\w{1,64}$/.test(name) ? `a ${name}` : 'an object of a class';
}

const longestPath = 200;

/** ` at a.b[0]["odd key"]`, of a long path the end; nothing for the top. */
function pathOf(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path.toReversed()) {
    if (text.length > longestPath) return ` at …${text}`;
    text = stepOf(step) + text;
  }
  return text === '' ? '' : ` at ${text.replace(/^\./, '')}`;
}

function stepOf(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[A-Za-z_$][\w$-]{0,63}$/.test(step) ? `.${step}` : `[${JSON.stringify(step.slice(0, 64))}]`;
}
