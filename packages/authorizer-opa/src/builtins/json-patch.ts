import { formatValue, isArray, isEqual, RegoObject, RegoSet, type RegoValue } from '../rego/value.js';
import { BuiltinError } from './builtin-error.js';

/** RFC 6902, over sets as well. A path may be an array of keys, which then need not be strings. */
export function applyPatch(document: RegoValue, operations: readonly RegoValue[]): RegoValue {
  return operations.reduce<RegoValue>((target, operation) => {
    if (!(operation instanceof RegoObject)) throw new BuiltinError('must be an array of JSON-Patch objects');
    return apply(target, operation);
  }, document);
}

function apply(target: RegoValue, operation: RegoObject): RegoValue {
  const path = pathOf(attribute(operation, 'path'));
  const op = attribute(operation, 'op');
  switch (op) {
    case 'add':
      return insert(target, path, attribute(operation, 'value'));
    case 'remove':
      return remove(target, path);
    case 'replace':
      return insert(remove(target, path), path, attribute(operation, 'value'));
    case 'move': {
      const from = pathOf(attribute(operation, 'from'));
      return insert(remove(target, from), path, find(target, from));
    }
    case 'copy':
      return insert(target, path, find(target, pathOf(attribute(operation, 'from'))));
    case 'test':
      if (isEqual(find(target, path), attribute(operation, 'value'))) return target;
      throw new BuiltinError('json.patch: test failed');
    default:
      throw new BuiltinError(`json.patch: unrecognized op ${formatValue(op)}`);
  }
}

function attribute(operation: RegoObject, name: string): RegoValue {
  const value = operation.get(name);
  if (value === undefined) throw new BuiltinError(`missing required attribute '${name}'`);
  return value;
}

function pathOf(path: RegoValue): readonly RegoValue[] {
  if (isArray(path)) return path;
  if (typeof path !== 'string') throw new BuiltinError('a path must be a string or an array');
  if (path === '') return [];
  const segments = path.replace(/^\/+/, '').split('/');
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function find(target: RegoValue, path: readonly RegoValue[]): RegoValue {
  return path.reduce<RegoValue>((inner, key) => child(inner, key), target);
}

function insert(target: RegoValue, path: readonly RegoValue[], value: RegoValue): RegoValue {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (rest.length > 0) return put(target, key, insert(child(target, key), rest, value));
  if (target instanceof RegoObject) return target.with(key, value);
  if (target instanceof RegoSet) {
    if (!isEqual(key, value)) throw new BuiltinError('set key does not equal value to be inserted');
    return RegoSet.of([...target.elements, value]);
  }
  if (!isArray(target)) throw missing(key);
  return target.toSpliced(key === '-' ? target.length : indexIn(target, key, target.length), 0, value);
}

function remove(target: RegoValue, path: readonly RegoValue[]): RegoValue {
  const [key, ...rest] = path;
  if (key === undefined) return null;
  const inner = child(target, key);
  if (rest.length > 0) return put(target, key, remove(inner, rest));
  if (target instanceof RegoObject) return target.without(key);
  if (isArray(target)) return target.toSpliced(indexIn(target, key, target.length - 1), 1);
  return target instanceof RegoSet ? new RegoSet(target.elements.filter((element) => element !== inner)) : target;
}

function child(target: RegoValue, key: RegoValue): RegoValue {
  let found: RegoValue | undefined;
  if (target instanceof RegoObject) found = target.get(key);
  else if (target instanceof RegoSet) found = target.elements.find((element) => isEqual(element, key));
  else if (isArray(target)) found = target[indexIn(target, key, target.length - 1)];
  if (found === undefined) throw missing(key);
  return found;
}

function put(target: RegoValue, key: RegoValue, value: RegoValue): RegoValue {
  if (target instanceof RegoObject) return target.with(key, value);
  if (isArray(target)) return target.with(indexIn(target, key, target.length - 1), value);
  if (!(target instanceof RegoSet)) throw missing(key);
  return RegoSet.of([...target.elements.filter((element) => !isEqual(element, key)), value]);
}

function indexIn(target: readonly RegoValue[], key: RegoValue, last: number): number {
  const text = typeof key === 'string' || typeof key === 'bigint' ? String(key) : '';
  const index = /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
  if (index <= last) return index;
  throw new BuiltinError(`no index ${formatValue(key)} in an array of ${target.length}`);
}

const missing = (key: RegoValue): BuiltinError => new BuiltinError(`path ${formatValue(key)} does not exist`);
