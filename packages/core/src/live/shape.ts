import { ConfigError } from '../contract/errors.js';

/** The separator of the names of nested properties in keys: `db/tls/ca` or `db.tls.ca`. */
export type Separator = '/' | '.';

interface Tree {
  [name: string]: unknown;
}

/**
 * Returns the object that keys make: `{ 'db/host': 'x', 'db/tls/ca': 'y' }` below `db` is `{ host: 'x', tls: { ca: 'y' } }`.
 * A value that is an object is merged with the keys below it, which win. Throws `invalid_value` for a key that has another
 * value and keys below it.
 */
export function unflatten(prefix: string, values: ReadonlyMap<string, unknown>, separator: Separator): object {
  const root: Tree = {};
  // Shorter keys first: an object before what is below it.
  for (const key of [...values.keys()].sort((a, b) => a.length - b.length)) {
    const names = key.slice(prefix.length).split(separator);
    const last = names.pop() as string;
    let at: Tree = root;
    for (const name of names) {
      const next = own(at, name);
      if (next !== undefined && !isTree(next)) {
        throw new ConfigError('invalid_value', `${key}: there is a value at a key above it, so it has no place`);
      }
      at = put(at, name, next === undefined ? {} : { ...next });
    }
    put(at, last, values.get(key));
  }
  return root;
}

/**
 * Returns the keys that an object makes: the way back. Arrays are one value, and so is an object whose key `isWhole`; what is
 * `undefined` has no key. Throws `invalid_value` for a property whose name cannot be part of a key.
 */
export function flatten(
  prefix: string,
  data: object,
  separator: Separator,
  isWhole: (key: string) => boolean = () => false,
): Map<string, unknown> {
  const keys = new Map<string, unknown>();
  const open: [path: string, data: object][] = [[prefix, data]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, object] = next;
    for (const [name, value] of Object.entries(object)) {
      if (value === undefined) continue;
      if (name === '' || name.includes(separator)) {
        throw new ConfigError('invalid_value', `property ${JSON.stringify(name)} cannot be part of a key`);
      }
      const isNested = isTree(value) && Object.keys(value).length > 0 && !isWhole(path + name);
      if (isNested) open.push([path + name + separator, value]);
      else keys.set(path + name, value);
    }
  }
  return keys;
}

/** Every key of an app's prefix begins with this. */
export const beginningOf = (prefix: string, separator: Separator): string =>
  prefix === '' || prefix.endsWith(separator) ? prefix : prefix + separator;

function put<T>(tree: Tree, name: string, value: T): T {
  // Not by assignment: a key may be named __proto__.
  Object.defineProperty(tree, name, { value, writable: true, enumerable: true, configurable: true });
  return value;
}

const own = (tree: Tree, name: string): unknown => (Object.hasOwn(tree, name) ? tree[name] : undefined);

export function isTree(data: unknown): data is Tree {
  if (typeof data !== 'object' || data === null) return false;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === Object.prototype || prototype === null;
}
