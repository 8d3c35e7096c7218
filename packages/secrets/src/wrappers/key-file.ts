import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from '@cfg/core';
import type { KeyWrapper } from './key-wrapper.js';
import { keyOf, localKey } from './local-key.js';

/** Who but the owner may do something with a file. */
const others = 0o077;

/**
 * The key in a file: 32 bytes, raw, in hexadecimal or in base64, that only its owner may read. Throws `invalid_argument`,
 * naming the file, where it is not.
 *
 * @example
 * // umask 077; openssl rand -base64 32 > cfg.key
 * const wrapper = keyFile('cfg.key');
 */
export function keyFile(path: string): KeyWrapper {
  let content: Buffer;
  let mode: number;
  try {
    mode = statSync(path).mode;
    content = readFileSync(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError('invalid_argument', `cannot read the key file ${path}: ${why}`, { cause });
  }
  // Windows has no such modes.
  if (process.platform !== 'win32' && (mode & others) !== 0) {
    const shown = (mode & 0o777).toString(8);
    throw new ConfigError(
      'invalid_argument',
      `the key file ${path} may be read by others (mode ${shown}): chmod 600 it (Kubernetes: defaultMode 0400)`,
    );
  }
  const source = `the key file ${path}`;
  return localKey(keyOf(content, source), source);
}
