import { toBase64, toText } from '../../api/bytes.ts';
import type { Entry } from '../../api/types.ts';
import { type Data, writeJson } from '../../value/json.ts';
import { languageOf } from '../../value/language.ts';
import { parseText } from '../../value/tools.ts';

export const exportFormats = ['json', 'yaml', 'env', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface Exported {
  readonly text: string;
  /** Keys whose values the format cannot have. */
  readonly leftOut: readonly string[];
}

/** Entries as a text. */
export async function exportText(entries: readonly Entry[], format: ExportFormat): Promise<Exported> {
  if (format === 'ndjson') return { text: entries.map(recordLine).join(''), leftOut: [] };
  const leftOut: string[] = [];
  const values: Record<string, Data> = {};
  for (const entry of entries) {
    const data = await dataOf(entry);
    if (data === undefined) leftOut.push(entry.key);
    else values[entry.key] = data;
  }
  if (format === 'env') return envText(values, leftOut);
  if (format === 'json') return { text: `${writeJson(values)}\n`, leftOut };
  const { stringify } = await import('yaml');
  return { text: stringify(values), leftOut };
}

async function dataOf({ value, codec }: Entry): Promise<Data | undefined> {
  const text = toText(value);
  if (text === undefined) return undefined;
  const parsed = await parseText(languageOf(codec), text);
  return 'data' in parsed ? parsed.data : undefined;
}

function recordLine({ key, codec, value }: Entry): string {
  const text = toText(value);
  return `${JSON.stringify(text === undefined ? { key, codec, base64: toBase64(value) } : { key, codec, text })}\n`;
}

function envText(values: Readonly<Record<string, Data>>, leftOut: string[]): Exported {
  const lines: string[] = [];
  const names = new Set<string>();
  for (const [key, data] of Object.entries(values)) {
    const name = variableOf(key);
    const value = quoted(typeof data === 'string' ? data : JSON.stringify(data, bigText));
    if (value === undefined || names.has(name)) leftOut.push(key);
    else lines.push(`${name}=${value}\n`);
    names.add(name);
  }
  return { text: lines.join(''), leftOut };
}

const bigText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** The name of a key's variable: in upper case, `_` for what is neither a letter nor a digit. */
export function variableOf(key: string): string {
  const name = key.toUpperCase().replace(/[^A-Z0-9]/g, '_');
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

/** A value as an `.env` file has it; undefined if no quotes can hold it. */
export function quoted(value: string): string | undefined {
  if (/^[\w./:@,+-]*$/.test(value)) return value;
  const quote = ["'", '`', '"'].find((each) => !value.includes(each) && (each !== '"' || !value.includes('\\')));
  return quote && `${quote}${value}${quote}`;
}
