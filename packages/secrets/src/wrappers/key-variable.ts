import { ConfigError } from '@cfg/core';
import type { KeyWrapper } from './key-wrapper.js';
import { keyOf, localKey } from './local-key.js';

/**
 * The key in an environment variable, in hexadecimal or base64. The variable is removed, so that no child process gets
 * it. Throws `invalid_argument`, naming the variable, where it does not hold one.
 */
export function keyVariable(name: string, environment: NodeJS.ProcessEnv = process.env): KeyWrapper {
  const text = environment[name];
  if (!text) throw new ConfigError('invalid_argument', `the variable ${name} is not set: it must hold a key`);
  const wrapper = localKey(keyOf(Buffer.from(text), `the variable ${name}`), `the variable ${name}`);
  delete environment[name];
  return wrapper;
}
