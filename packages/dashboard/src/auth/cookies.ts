import { parseCookie } from 'cookie';

/** The value of a cookie, of those that a browser sent; undefined if it is not among them. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const value = header === undefined ? undefined : parseCookie(header)[name];
  return value === '' ? undefined : value;
}
