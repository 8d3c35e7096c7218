import { type ErrorCode, isConfigError } from '@cfg/core';
import { safeText } from '../output/safe-text.js';
import { type ExitCode, exitCodes } from './exit-code.js';
import { UsageError } from './usage-error.js';

const ofErrors: Partial<Record<ErrorCode, ExitCode>> = {
  invalid_key: exitCodes.usage,
  invalid_namespace: exitCodes.usage,
  invalid_argument: exitCodes.usage,
  not_found: exitCodes.notFound,
  version_not_found: exitCodes.notFound,
  key_exists: exitCodes.conflict,
  alias_exists: exitCodes.conflict,
  version_mismatch: exitCodes.conflict,
};

/** Says on stderr what went wrong, as JSON if that is wanted, and returns the exit code. */
export function complain(error: unknown, json: boolean): ExitCode {
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const code = isConfigError(error) ? error.code : error instanceof UsageError ? 'usage' : 'failed';
    const metadata = isConfigError(error) ? error.metadata : {};
    process.stderr.write(`${JSON.stringify({ error: { code, message, metadata } })}\n`);
  } else {
    const hint = error instanceof UsageError ? '\nTry cfg --help.' : '';
    process.stderr.write(`cfg: ${safeText(message, { lines: true })}${hint}\n`);
  }
  if (error instanceof UsageError) return exitCodes.usage;
  return (isConfigError(error) ? ofErrors[error.code] : undefined) ?? exitCodes.failed;
}
