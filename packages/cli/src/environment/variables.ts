import { ConfigError, type Entry } from '@cfg/core';
import { valueText } from '../output/entry-text.js';

/** Variables of an environment, by name. */
export type Variables = Readonly<Record<string, string>>;

/**
 * The name of a key's variable: the key without the prefix, in upper case, with `_` for each character that is neither a
 * letter nor a digit, and `_` before a digit at its beginning.
 */
export function variableOf(key: string, prefix: string): string {
  const name = key
    .slice(prefix.length)
    .replace(/^\/+/, '')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_');
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

/**
 * Entries as variables: a text as it is, any other value as its codec writes it, secrets too. Throws `invalid_key` where
 * two keys have the same name or a key has none, `invalid_value` for a value that no variable can have.
 */
export function variablesOf(entries: readonly Entry[], prefix: string): Variables {
  const keys = new Map<string, string>();
  const variables: Record<string, string> = {};
  for (const entry of entries) {
    const { key } = entry;
    const name = variableOf(key, prefix);
    const other = keys.get(name);
    if (name === '') throw new ConfigError('invalid_key', `${key} has no name without the prefix ${prefix}`);
    if (other !== undefined) throw new ConfigError('invalid_key', `${other} and ${key} are both the variable ${name}`);
    const text = valueText(entry, { reveal: true });
    if (text.includes('\0')) throw new ConfigError('invalid_value', `${key}: no variable can have a NUL character`);
    keys.set(name, key);
    variables[name] = text;
  }
  return variables;
}
