import { ConfigError, isConfigError, transience } from '@cfg/core';
import { sleep } from '@cfg/core/store';
import { toConfigError } from './status.js';

/** Wait between two tries to reach a server at first, in milliseconds. */
const betweenTriesMs = 100;

export interface ReachOptions {
  /** Asks the server, for up to so many milliseconds. */
  probe(timeoutMs: number): Promise<unknown>;
  /** Names the server in errors. */
  readonly where: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Settles once the server has answered, be it that it does not tell this caller. Fails with `unavailable` in time. */
export async function reach({ probe, where, timeoutMs, signal }: ReachOptions): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    try {
      await probe(Math.max(end - Date.now(), 1));
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      const fault = toConfigError(error);
      if (isConfigError(fault, 'permission_denied', 'unsupported', 'resource_exhausted')) return;
      if (transience[fault.code] !== 'unanswered') throw fault;
      if (Date.now() + betweenTriesMs >= end) {
        const text = `cannot reach ${where} within ${timeoutMs} ms: ${fault.message}`;
        throw new ConfigError('unavailable', text, { cause: fault });
      }
      await sleep(betweenTriesMs, signal);
    }
  }
}
