import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isConfigError } from '@cfg/core';
import { hashToken } from '@cfg/service';
import { reasonOf } from '../reason.js';
import type { CommandResult } from './command.js';
import { UsageError } from './usage-error.js';

/** `cfg-server hash-token`: a new token and its hash; with `--stdin` the hash of the token on stdin. */
export function hashTokenCommand(args: readonly string[]): CommandResult {
  try {
    const { values } = parseArgs({ args: [...args], options: { stdin: { type: 'boolean' } } });
    const { token, hash } = hashToken(values.stdin === true ? readFileSync(0, 'utf8').trim() : undefined);
    // The token is said once, here: only its hash is kept.
    return { text: values.stdin === true ? `${hash}\n` : `token: ${token}\nhash:  ${hash}\n`, code: 0 };
  } catch (error) {
    if (isConfigError(error) || error instanceof TypeError) throw new UsageError(reasonOf(error));
    throw error;
  }
}
