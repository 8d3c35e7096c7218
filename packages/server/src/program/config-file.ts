import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { reasonOf } from '../reason.js';
import { suggestion } from '../suggestion.js';
import { flags } from './flags.js';
import type { Written } from './sources.js';
import { UsageError } from './usage-error.js';

/** The settings from a YAML file: a mapping of the flags' names to their values. Throws {@link UsageError}, naming the file. */
export function fromFile(file: string, where: string): Written[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${where}: ${reasonOf(error)}`);
  }
  return Object.entries(mappingOf(text, file)).map(([key, value]) => {
    const flag = flags.find(({ name }) => name === key);
    if (flag !== undefined) return { flag, value, where: `${key} in ${file}` };
    const names = flags.map(({ name }) => name);
    throw new UsageError(`unknown key ${key} in ${file}${suggestion(key, names)}`);
  });
}

function mappingOf(text: string, file: string): object {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not YAML: ${reasonOf(error).split('\n')[0]}`);
  }
  if (content === null) return {};
  if (typeof content === 'object' && !Array.isArray(content)) return content;
  throw new UsageError(`${file} must be a mapping of settings to values, as in "grpc: 127.0.0.1:9090"`);
}
