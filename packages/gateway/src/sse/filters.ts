import { badRequest } from '../http-error.js';

const maxFilters = 100;
const maxFilterBytes = 256;

export interface WatchFilters {
  readonly namespaces: string[];
  readonly prefixes: string[];
}

/** What a watcher wants to see, from its query. Throws a 400 if that is too much. */
export function readFilters(query: URLSearchParams): WatchFilters {
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
