import { parseEnv } from 'node:util';
import { ConfigError, defaultCodecs } from '@cfg/core';

type Format = 'yaml' | 'json' | 'env';

const formats: readonly (readonly [RegExp, Format])[] = [
  [/\.ya?ml$/, 'yaml'],
  [/\.json$/, 'json'],
  [/(^|[/\\.])env$/, 'env'],
];

const formatOf = (file: string): Format | undefined => formats.find(([pattern]) => pattern.test(file))?.[1];

/** Whether {@link readPairs} can read a file of that name. */
export const isKnownFile = (file: string): boolean => formatOf(file) !== undefined;

/**
 * The keys and the data of a file: the properties of a YAML or JSON object, as they are, or the variables of an `.env`
 * file, which are texts. Throws `invalid_value`.
 */
export function readPairs(file: string, bytes: Uint8Array): readonly (readonly [string, unknown])[] {
  const format = formatOf(file) ?? 'yaml';
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (format === 'env') return Object.entries(parseEnv(text));
  const documents = defaultCodecs().documents(bytes, format);
  const [data] = documents;
  // A YAML file of comments alone wants nothing.
  if (format === 'yaml' && documents.every((document) => document === null)) return [];
  if (documents.length > 1) throw new ConfigError('invalid_value', 'has several documents');
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new ConfigError('invalid_value', 'must have an object: keys, each with its value');
  }
  const pairs = Object.entries(data);
  for (const [key, value] of pairs) {
    if (value === null) throw new ConfigError('invalid_value', `${key} is null, which no value can be`);
  }
  return pairs;
}
