import { fromText, toText } from '../api/bytes.ts';
import type { Entry } from '../api/types.ts';

/** How a value's text is read, coloured and checked. */
export type Language = 'json' | 'yaml' | 'toml' | 'text';

/** The language of a codec; of a chain (`client:encrypted:json`) the bytes are none of the last one's. */
export function languageOf(codec: string): Language {
  if (codec === 'json' || codec === '') return 'json';
  return codec === 'yaml' || codec === 'toml' ? codec : 'text';
}

/** The ways to show a value. */
export type Shown =
  | { readonly form: 'masked' }
  | { readonly form: 'binary'; readonly bytes: Uint8Array }
  | { readonly form: 'text'; readonly text: string; readonly language: Language };

export function shownOf(entry: Entry): Shown {
  if (entry.masked) return { form: 'masked' };
  const text = toText(entry.value);
  if (text === undefined) return { form: 'binary', bytes: entry.value };
  return { form: 'text', text, language: languageOf(entry.codec) };
}

/** The bytes that an edited text is saved as. */
export const bytesOf = (text: string): Uint8Array => fromText(text);

/** A JSON value that is no object and no list, as its type and what it says; undefined: it is none, or not JSON. */
export function scalarOf(
  text: string,
  language: Language,
): { type: 'text' | 'number' | 'boolean'; value: string } | undefined {
  if (language !== 'json' || text.length > 2_000) return undefined;
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return { type: 'boolean', value: trimmed };
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(trimmed)) return { type: 'number', value: trimmed };
  if (!trimmed.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(trimmed);
    return typeof value === 'string' ? { type: 'text', value } : undefined;
  } catch {
    return undefined;
  }
}
