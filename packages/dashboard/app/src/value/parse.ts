// Reads a value's text. Runs in the worker: a mebibyte of YAML takes its time.
import { parse as parseToml, TomlError } from 'smol-toml';
import { parseAllDocuments } from 'yaml';
import { type Data, readJson } from './json.ts';
import type { Language } from './language.ts';

/** A fault of a text, and its place: characters from its beginning. */
export interface Fault {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

export type Parsed = { readonly data: Data } | { readonly fault: Fault };

export function parse(language: Language, text: string): Parsed {
  if (language === 'json') return parseJsonText(text);
  if (language === 'yaml') return parseYamlText(text);
  if (language === 'toml') return parseTomlText(text);
  return { data: text };
}

function parseJsonText(text: string): Parsed {
  if (text.trim() === '') return { fault: { message: 'a value is needed', from: 0, to: text.length } };
  try {
    const data = readJson(text);
    if (data === null) return { fault: { message: 'null is no value', from: 0, to: text.length } };
    return { data };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const from = placeIn(message, text);
    return {
      fault: {
        message: message.replace(/ in JSON at position.*| \(line.*|, (?:\.\.\.)?".*" is not valid JSON$/s, ''),
        from,
        to: Math.min(from + 1, text.length),
      },
    };
  }
}

/** The place that an engine's message names. */
function placeIn(message: string, text: string): number {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Math.min(Number(position), text.length);
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line !== undefined) return offsetOf(text, Number(line), Number(column));
  return text.length;
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) start = text.indexOf('\n', start) + 1;
  return Math.min(start + column - 1, text.length);
}

function parseYamlText(text: string): Parsed {
  const documents = parseAllDocuments(text, { intAsBigInt: true, logLevel: 'silent' });
  if (!Array.isArray(documents) || documents[0] === undefined) {
    return { fault: { message: 'a value is needed', from: 0, to: text.length } };
  }
  for (const { errors } of documents) {
    const [first] = errors;
    if (first)
      return { fault: { message: first.message.split(' at line')[0] ?? '', from: first.pos[0], to: first.pos[1] } };
  }
  const data: unknown = documents[0].toJS({ maxAliasCount: 1000 });
  if (data === null || data === undefined) return { fault: { message: 'a value is needed', from: 0, to: text.length } };
  return { data: plain(data) };
}

function parseTomlText(text: string): Parsed {
  try {
    return { data: plain(parseToml(text, { integersAsBigInt: 'asNeeded' })) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const from = offsetOf(text, error.line, error.column);
    const message = error.message.split('\n')[0] ?? '';
    return {
      fault: { message: message.replace(/^Invalid TOML document: /, ''), from, to: Math.min(from + 1, text.length) },
    };
  }
}

/** Without what JSON has not: dates are texts, big numbers that are small become numbers. */
function plain(data: unknown): Data {
  if (typeof data === 'bigint') return BigInt.asIntN(53, data) === data ? Number(data) : data;
  if (data instanceof Date) return data.toISOString();
  if (Array.isArray(data)) return data.map(plain);
  if (data instanceof Map) return Object.fromEntries([...data].map(([key, value]) => [String(key), plain(value)]));
  if (typeof data === 'object' && data !== null) {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, plain(value)]));
  }
  if (typeof data === 'boolean' || typeof data === 'number' || typeof data === 'string') return data;
  return null;
}
