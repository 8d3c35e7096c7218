import { ConfigError } from '../contract/errors.js';

/** A place in a text that stands for the value of another key. */
export interface Reference {
  /** `undefined`: where the text itself is from. */
  readonly namespace: string | undefined;
  readonly key: string;
}

/** A text taken apart, in its order: what stands for itself, and references. */
export type Template = readonly (string | Reference)[];

/** `$${` is a `${` that stands for itself. */
const mark = /\$?\$\{/g;
/** A namespace may have colons, a key has none. */
const reference = /^(?:([a-zA-Z0-9][a-zA-Z0-9_.\-:]*):)?([a-zA-Z0-9_.\-/]+)$/;

/** Returns `undefined` for a text without any. Throws `invalid_value` for a `${` that begins no reference. */
export function parseTemplate(text: string): Template | undefined {
  if (!text.includes('${')) return undefined;
  const parts: (string | Reference)[] = [];
  let at = 0;
  mark.lastIndex = 0;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    const isLiteral = found[0].length === 3;
    parts.push(text.slice(at, found.index) + (isLiteral ? '${' : ''));
    at = mark.lastIndex;
    if (isLiteral) continue;
    const end = text.indexOf('}', at);
    const [, namespace, key] = reference.exec(text.slice(at, end)) ?? [];
    if (end < 0 || key === undefined) {
      throw new ConfigError(
        'invalid_value',
        `a "\${" must begin a reference, \${key} or \${namespace:key}; for itself it is written "$\${"`,
      );
    }
    parts.push({ namespace, key });
    at = end + 1;
    mark.lastIndex = at;
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== '');
}

/** As it is written. */
export const printed = ({ namespace, key }: Reference): string =>
  `\${${namespace === undefined ? key : `${namespace}:${key}`}}`;
