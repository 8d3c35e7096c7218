import { formatValue, isArray, RegoObject, RegoSet, type RegoValue } from '../rego/value.js';

export interface JsonLayout {
  /** Before each level. */
  readonly indent: string;
  /** Before each line but the first. */
  readonly prefix: string;
}

/** JSON as Go writes it: fields sorted, `<`, `>` and `&` escaped, sets as arrays. */
export function formatJson(value: RegoValue, layout?: JsonLayout, level = 0): string {
  if (typeof value === 'string') {
    const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped);
  }
  if (value instanceof RegoSet) return formatJson(RegoSet.of(value.elements).elements, layout, level);
  if (isArray(value)) {
    return around(
      '[]',
      value.map((element) => formatJson(element, layout, level + 1)),
      layout,
      level,
    );
  }
  if (value instanceof RegoObject) {
    const colon = layout === undefined ? ':' : ': ';
    const fields = value.entries
      .map(([key, member]) => [keyOf(key), member] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => formatJson(key) + colon + formatJson(member, layout, level + 1));
    return around('{}', fields, layout, level);
  }
  return String(value);
}

const keyOf = (key: RegoValue): string => (typeof key === 'string' ? key : formatValue(key));

function around(brackets: string, parts: readonly string[], layout: JsonLayout | undefined, level: number): string {
  if (layout === undefined || parts.length === 0) return brackets[0] + parts.join(',') + brackets[1];
  const line = (depth: number): string => `\n${layout.prefix}${layout.indent.repeat(depth)}`;
  return brackets[0] + line(level + 1) + parts.join(`,${line(level + 1)}`) + line(level) + brackets[1];
}
