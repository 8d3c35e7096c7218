import { ConfigError } from './errors.js';

const namespacePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.\-:]*$/;
const keyPattern = /^[a-zA-Z0-9_.\-/]+$/;

/** Longest namespace, key or alias, in characters. */
export const maxNameLength = 1024;

/**
 * Throws `invalid_namespace` unless `namespace` is empty (the default namespace) or starts with a letter or digit and
 * goes on with letters, digits, `_`, `.`, `-` and `:`.
 */
export function checkNamespace(namespace: string): void {
  if (namespace === '') return;
  if (namespace.length > maxNameLength) {
    throw new ConfigError('invalid_namespace', `invalid namespace: longer than ${maxNameLength} characters`);
  }
  if (!namespacePattern.test(namespace)) {
    throw new ConfigError('invalid_namespace', `invalid namespace: ${JSON.stringify(namespace)}`);
  }
}

/**
 * Throws `invalid_key` unless `key` consists of letters, digits, `_`, `.`, `-` and `/`, is not empty, has no `..` and
 * neither starts nor ends with `/`. Aliases follow the same rule.
 */
export function checkKey(key: string): void {
  const why = keyFault(key);
  if (why !== undefined) throw new ConfigError('invalid_key', `invalid key: ${key.slice(0, maxNameLength)} - ${why}`);
}

function keyFault(key: string): string | undefined {
  if (key === '') return 'key cannot be empty';
  if (key.length > maxNameLength) return `key cannot be longer than ${maxNameLength} characters`;
  if (!keyPattern.test(key)) return 'key contains invalid characters';
  if (key.includes('..')) return 'key cannot contain path traversal (..)';
  if (key.startsWith('/') || key.endsWith('/')) return 'key cannot start or end with /';
  return undefined;
}

/** Throws `invalid_key` unless `prefix` could be the beginning of a key. The empty prefix is every key's. */
export function checkPrefix(prefix: string): void {
  if (prefix === '') return;
  if (prefix.length > maxNameLength || !keyPattern.test(prefix)) {
    throw new ConfigError('invalid_key', `invalid prefix: ${JSON.stringify(prefix.slice(0, maxNameLength))}`);
  }
}
