// The texts that keys are imported from and exported to; the same as the command line's.
import type { Data } from '../../value/json.ts';
import { isMap } from '../../value/json.ts';
import { parseText } from '../../value/tools.ts';

export const formats = ['env', 'json', 'yaml', 'toml', 'ndjson'] as const;
export type Format = (typeof formats)[number];

/** A key of the text, as it is named there. */
export type Item =
  | { readonly name: string; readonly data: Data }
  | { readonly name: string; readonly codec: string; readonly bytes: Uint8Array };

export type Read = { readonly items: readonly Item[] } | { readonly fault: string };

/** The format that a text seems to have. */
export function formatOf(text: string): Format {
  const trimmed = text.trimStart();
  const [first = ''] = trimmed.split('\n');
  if (/^\{.*"key".*"codec".*\}\s*$/.test(first)) return 'ndjson';
  if (/^[{[]/.test(trimmed) && !/^\[[\w."-]+\]\s*$/.test(first)) return 'json';
  const line = text.split('\n').find((each) => /^\s*[^#\s]/.test(each)) ?? '';
  if (/^\s*(?:export\s+)?[\w.-]+=/.test(line)) return 'env';
  if (/^\s*\[[\w."-]+\]\s*$/.test(line) || /^\s*[\w.-]+\s+=\s/.test(line)) return 'toml';
  return 'yaml';
}

/** Reads a text. Runs in a worker where it may take long. */
export async function readItems(format: Format, text: string): Promise<Read> {
  if (format === 'env') return { items: readEnv(text) };
  if (format === 'ndjson') return readLines(text);
  const parsed = await parseText(format, text);
  if ('fault' in parsed) {
    const line = text.slice(0, parsed.fault.from).split('\n').length;
    return { fault: `${parsed.fault.message} (${line})` };
  }
  if (!isMap(parsed.data)) return { fault: 'object' };
  return { items: Object.entries(parsed.data).map(([name, data]) => ({ name, data })) };
}

/** An assignment of an `.env` file: quotes of three kinds, over several lines too; comments; `export`. */
const assignment =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;

/** The variables of an `.env` file, which are texts. Of one that is there twice the last counts. */
export function readEnv(text: string): Item[] {
  const found = new Map<string, string>();
  for (const [, name = '', written = ''] of text.replace(/\r\n?/g, '\n').matchAll(assignment)) {
    const value = written.trim();
    const quote = /^(['"`])[\s\S]*\1$/.exec(value)?.[1];
    const bare = quote === undefined ? value : value.slice(1, -1);
    found.set(name, quote === '"' ? bare.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : bare);
  }
  return [...found].map(([name, data]) => ({ name, data }));
}

function readLines(text: string): Read {
  const items: Item[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const item = recordOf(line);
    if (item === undefined) return { fault: `(${index + 1})` };
    items.push(item);
  }
  return { items };
}

function recordOf(line: string): Item | undefined {
  try {
    const { key, codec, text, base64 } = JSON.parse(line) as Record<string, unknown>;
    if (typeof key !== 'string' || typeof codec !== 'string') return undefined;
    if (typeof text === 'string') return { name: key, codec, bytes: new TextEncoder().encode(text) };
    if (typeof base64 !== 'string') return undefined;
    return { name: key, codec, bytes: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) };
  } catch {
    return undefined;
  }
}

/** Objects as keys of their own, one below the other: `db: { host: x }` is `db/host`. */
export function split(items: readonly Item[]): readonly Item[] {
  return items.flatMap((item): readonly Item[] => {
    if (!('data' in item) || !isMap(item.data) || Object.keys(item.data).length === 0) return [item];
    const members = Object.entries(item.data).map(([name, data]) => ({ name: `${item.name}/${name}`, data }));
    return split(members);
  });
}

/** The nearest name that a key can have. */
export function mappedName(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '')
    .map((part) =>
      part
        .replace(/[^a-zA-Z0-9_.-]/gu, '_')
        .replace(/\.{2,}/g, '_')
        .replace(/^\.$/, '_'),
    )
    .join('/');
}
