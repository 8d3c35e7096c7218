import { ConfigError } from '@cfg/core';
import type { KeyWrapper } from './key-wrapper.js';
import { keyOf, localKey } from './local-key.js';

/**
 * The key in an environment variable, in hexadecimal or base64. The variable stays: worker processes need it too. Throws
 * `invalid_argument`, naming the variable, where it does not hold one.
 *
 * @example
 * // export CFG_KEY=$(openssl rand -base64 32)
 * const wrapper = keyVariable('CFG_KEY');
 */
export function keyVariable(name: string, environment: NodeJS.ProcessEnv = process.env): KeyWrapper {
  const text = environment[name];
  if (!text) throw new ConfigError('invalid_argument', `the variable ${name} is not set: it must hold a key`);
  const source = `the variable ${name}`;
  return localKey(keyOf(Buffer.from(text), source), source);
}
