// JSON whose numbers are kept exactly.

export type Data = null | boolean | number | bigint | string | readonly Data[] | DataMap;
export interface DataMap {
  readonly [key: string]: Data;
}

export const isMap = (data: Data | undefined): data is DataMap =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** Reads JSON; whole numbers beyond ±(2^53 − 1) are bigints. Throws `SyntaxError`. */
export function readJson(text: string): Data {
  const exact: Reviver = (_key, value, context) => {
    const source = context?.source;
    if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  };
  return JSON.parse(text, exact as (this: unknown, key: string, value: unknown) => unknown);
}

/** Writes JSON, two spaces a level. */
export function writeJson(data: Data, indent = ''): string {
  if (typeof data === 'bigint') return String(data);
  if (typeof data !== 'object' || data === null) return JSON.stringify(data);
  const inner = `${indent}  `;
  if (Array.isArray(data)) {
    if (data.length === 0) return '[]';
    return `[\n${data.map((each: Data) => inner + writeJson(each, inner)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(data as DataMap);
  if (members.length === 0) return '{}';
  const lines = members.map(([key, value]) => `${inner}${JSON.stringify(key)}: ${writeJson(value, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** Whether two data are the same, whatever the order of keys. */
export function sameData(a: Data | undefined, b: Data | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each: Data, index) => sameData(each, b[index]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameData(a[key], b[key]))
  );
}
