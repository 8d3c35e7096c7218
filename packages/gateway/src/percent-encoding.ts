import { badRequest } from './http-error.js';

/** Decodes percent-encoded text of the path or the query. Throws a 400 that says where if the encoding is broken. */
export function decodePercent(text: string, where: 'path' | 'query'): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest(`broken percent-encoding in the ${where}`);
  }
}
