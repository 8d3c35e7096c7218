import { badRequest } from '../http-error.js';

const maxFilters = 100;
const maxFilterBytes = 256;

export interface WatchFilters {
  readonly namespaces: string[];
  readonly prefixes: string[];
}

/**
 * The filter of a watcher, from its query. Throws a 400 if it is too large, and for a parameter that looks like a
 * filter but is none: whoever asks for one namespace must not get all.
 */
export function readFilters(query: URLSearchParams): WatchFilters {
  for (const name of query.keys()) refuseSlip(name);
  return { namespaces: limited(query, 'namespaces', 'namespace'), prefixes: limited(query, 'prefixes', 'prefix') };
}

function limited(query: URLSearchParams, parameter: string, one: string): string[] {
  const values = query.getAll(parameter);
  if (values.length > maxFilters) throw badRequest(`too many ${parameter} (max ${maxFilters})`);
  if (values.some((value) => Buffer.byteLength(value) > maxFilterBytes)) {
    throw badRequest(`${one} value too long (max ${maxFilterBytes} bytes)`);
  }
  return values;
}

const slips: readonly (readonly [meant: string, written: readonly string[]])[] = [
  ['namespaces', ['namespaces', 'namespace', 'ns']],
  ['prefixes', ['prefixes', 'prefix', 'keyprefix', 'keyprefixes', 'key', 'keys', 'filter', 'filters']],
];

function refuseSlip(name: string): void {
  if (slips.some(([meant]) => meant === name)) return;
  const letters = name.toLowerCase().replace(/[^a-z]/g, '');
  // Short words are near to too many others.
  const near = (word: string): boolean => word === letters || (word.length > 5 && differsLittle(word, letters));
  const meant = slips.find(([, written]) => written.some(near))?.[0];
  if (meant !== undefined) throw badRequest(`unknown parameter ${JSON.stringify(name.slice(0, 64))}: use ${meant}`);
}

/** Whether two words differ by one letter more, less or other, or by two letters swapped. */
function differsLittle(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return Math.max(left.length, right.length) <= 1 || (left.length === 2 && left === [...right].reverse().join(''));
}
