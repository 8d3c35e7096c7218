import { crc32 } from 'node:zlib';
import { ConfigError } from '../contract/errors.js';

/**
 * Page cursors: opaque to callers, and checked. `scope` is everything that must be equal for a cursor to be valid (the
 * kind of listing, the namespace, the prefix), so that a cursor of another query is refused rather than misread.
 */
export function encodeCursor(scope: string, position: string): string {
  const sum = crc32(`${scope}\n${position}`).toString(16).padStart(8, '0');
  return Buffer.from(`${sum}${position}`).toString('base64url');
}

/** The position in `cursor`; `undefined` for an empty one. Throws `invalid_cursor`. */
export function decodeCursor(scope: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  const text = cursor.length <= 4096 ? Buffer.from(cursor, 'base64url').toString() : '';
  const position = text.slice(8);
  if (text.length < 8 || encodeCursor(scope, position) !== cursor) {
    throw new ConfigError('invalid_cursor', 'invalid cursor: not one that this listing gave');
  }
  return position;
}
