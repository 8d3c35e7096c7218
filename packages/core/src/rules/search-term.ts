import type { Entry } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import type { SearchMatch, SearchQuery } from '../contract/search.js';

/** Shortest and longest text that can be looked for, in characters. */
const minLength = 2;
const maxLength = 256;

/** How much of a value is searched, in bytes. */
const maxSearchedBytes = 16_384;

/** Those of core's codecs whose values are text and no secret. The values of all others are opaque. */
const textCodecs: ReadonlySet<string> = new Set(['json', 'yaml', 'toml']);

/** The text as it is compared, without case: ς is a Greek s too, and no database keeps U+0000 in a text. */
const folded = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ').replaceAll('\0', ' ');

/** The key's text as it is compared. */
export const searchedKey = ({ key }: Pick<Entry, 'key'>): string => key.toLowerCase();

/** The value's text as it is compared; empty where it must not, or cannot, be searched. */
export function searchedValue(entry: Entry): string {
  const { codec, type, deleted, secret } = entry;
  if (deleted || secret || type === 'secret' || !textCodecs.has(codec)) return '';
  const { bytes } = entry;
  return folded(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maxSearchedBytes)).toString());
}

/** A {@link SearchQuery} after its check: the text to look for, and where. */
export class SearchTerm {
  /** To be compared with {@link searchedKey} and {@link searchedValue}. */
  readonly text: string;
  readonly inKeys: boolean;
  readonly inValues: boolean;
  readonly namespacePrefix: string;
  readonly keyPrefix: string;

  /** Throws `invalid_argument`. */
  constructor({ text, in: where = 'both', namespacePrefix = '', keyPrefix = '' }: SearchQuery) {
    const length = [...text.slice(0, 2 * maxLength + 1)].length;
    if (length < minLength || length > maxLength) {
      throw new ConfigError(
        'invalid_argument',
        `the text to search for must have ${minLength} to ${maxLength} characters`,
      );
    }
    if (where !== 'keys' && where !== 'values' && where !== 'both') {
      throw new ConfigError('invalid_argument', `in must be keys, values or both, not ${JSON.stringify(where)}`);
    }
    this.text = folded(text);
    this.inKeys = where !== 'values';
    this.inValues = where !== 'keys';
    this.namespacePrefix = namespacePrefix;
    this.keyPrefix = keyPrefix;
  }

  /** A text that identifies the query, so that the cursor of another query is refused. */
  get scope(): string {
    return JSON.stringify([this.text, this.inKeys, this.inValues, this.namespacePrefix, this.keyPrefix]);
  }

  /** Where the entry has the text; `undefined`: nowhere where it is looked for. */
  match(entry: Entry): SearchMatch | undefined {
    if (!entry.namespace.startsWith(this.namespacePrefix) || !entry.key.startsWith(this.keyPrefix)) return undefined;
    const inKey = this.inKeys && searchedKey(entry).includes(this.text);
    const inValue = this.inValues && searchedValue(entry).includes(this.text);
    return inKey || inValue ? { entry, inKey, inValue } : undefined;
  }
}
