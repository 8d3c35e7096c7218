import { parseEnv } from 'node:util';
import { ConfigError, type Entry } from '@cfg/core';
import { variableOf, variablesOf } from './variables.js';

/**
 * Entries as an `.env` file, with the names that `cfg run` gives, in which a shell and `cfg apply` find the same values.
 * Throws `invalid_key` as {@link variablesOf}, and `invalid_value` for values that no quotes are for: those with a `'` and
 * one of `"`, `$`, `` ` `` and `\\`, or with a carriage return.
 */
export function environmentFile(entries: readonly Entry[], prefix: string): string {
  const lines = Object.entries(variablesOf(entries, prefix)).map(([name, text]) => ({
    name,
    line: lineOf(name, text),
  }));
  const refused = new Set(lines.flatMap(({ name, line }) => (line === undefined ? name : [])));
  if (refused.size === 0) return lines.map(({ line }) => line).join('');
  const keys = entries.map(({ key }) => key).filter((key) => refused.has(variableOf(key, prefix)));
  throw new ConfigError(
    'invalid_value',
    `${keys.join(', ')}: in an .env file no value can have a ' and one of " $ \` \\, or a carriage return`,
  );
}

/** `undefined` if there is no way to write it. */
function lineOf(name: string, text: string): string | undefined {
  const line = `${name}=${quoted(text) ?? ''}\n`;
  // Node.js is what reads it back: it takes carriage returns out, for one.
  return parseEnv(line)[name] === text ? line : undefined;
}

/** As it is only where no character means anything, else in quotes that mean the same to a shell and to Node.js. */
function quoted(text: string): string | undefined {
  if (/^[a-zA-Z0-9_./:@%+,-]+$/.test(text)) return text;
  if (!text.includes("'")) return `'${text}'`;
  return /["$`\\]/.test(text) ? undefined : `"${text}"`;
}
