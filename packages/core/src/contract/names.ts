import { ConfigError } from './errors.js';

const namespacePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.\-:]*$/;
const keyPattern = /^[a-zA-Z0-9_.\-/]+$/;
const dotSegment = /(?:^|\/)\.(?:\/|$)/;

/** Longest namespace, key or alias, in characters. */
export const maxNameLength = 1024;

/**
 * Throws `invalid_namespace` unless `namespace` is empty (the default namespace) or starts with a letter or digit and
 * goes on with letters, digits, `_`, `.`, `-` and `:`.
 */
export function checkNamespace(namespace: string): void {
  if (namespace === '' || (namespace.length <= maxNameLength && namespacePattern.test(namespace))) return;
  if (typeof namespace !== 'string') {
    throw new ConfigError('invalid_namespace', `invalid namespace: it must be a string, not ${typeof namespace}`);
  }
  throw new ConfigError(
    'invalid_namespace',
    `invalid namespace: ${printable(namespace)} - ${namespaceFault(namespace)}`,
  );
}

function namespaceFault(namespace: string): string {
  if (namespace.length > maxNameLength) return `a namespace cannot be longer than ${maxNameLength} characters`;
  const stranger = strangerIn(namespace, /[^a-zA-Z0-9_.\-:]/u);
  return stranger === undefined
    ? 'a namespace begins with a letter or a digit'
    : `a namespace consists of letters, digits, _ . - and :${stranger}`;
}

/**
 * Throws `invalid_key` unless `key` consists of letters, digits, `_`, `.`, `-` and `/`, is not empty, has neither `..`
 * nor a segment that is only `.`, and neither starts nor ends with `/`. Aliases follow the same rule.
 */
export function checkKey(key: string): void {
  if (typeof key !== 'string')
    throw new ConfigError('invalid_key', `invalid key: a key must be a string, not ${typeof key}`);
  const why = keyFault(key);
  if (why !== undefined) throw new ConfigError('invalid_key', `invalid key: ${printable(key)} - ${why}`);
}

function keyFault(key: string): string | undefined {
  if (key === '') return 'key cannot be empty';
  if (key.length > maxNameLength) return `key cannot be longer than ${maxNameLength} characters`;
  if (!keyPattern.test(key)) return `key contains invalid characters${strangerIn(key, /[^a-zA-Z0-9_.\-/]/u)}`;
  if (key.includes('..')) return 'key cannot contain path traversal (..)';
  if (key.startsWith('/') || key.endsWith('/')) return 'key cannot start or end with /';
  // Browsers take such a segment out of a path, so that the key could not be reached by its URL.
  if (dotSegment.test(key)) return 'key cannot contain a segment that is only a dot (.)';
  return undefined;
}

/** Which character of a name is not allowed, and where; `undefined` if all are. */
function strangerIn(name: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(name);
  if (match === null) return undefined;
  const code = match[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `: U+${code} at position ${match.index}`;
}

/** Longest piece of a bad name that an error repeats, in characters. */
const maxShown = 128;

/** A name as an error may repeat it: what is not printable ASCII is written as its code point, and the rest cut off. */
export function printable(name: string): string {
  const shown = name.slice(0, maxShown).replace(/[^\x20-\x7e]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
  });
  return name.length > maxShown ? `${shown}…` : shown;
}
