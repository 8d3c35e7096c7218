/*
 * PostgreSQL has no character U+0000 in texts, which callers may send in a comment or a request id: it is written as
 * \0, and a backslash as \\.
 */

export const toText = (text: string): string =>
  /[\0\\]/.test(text) ? text.replace(/[\0\\]/g, (found) => (found === '\0' ? '\\0' : '\\\\')) : text;

export const fromText = (text: string): string =>
  text.includes('\\') ? text.replace(/\\[0\\]/g, (found) => (found === '\\0' ? '\0' : '\\')) : text;
