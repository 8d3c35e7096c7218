import { type Logger, safeLogger } from '@cfg/core';
import { ServerError, Status } from 'nice-grpc-common';
import type { Call } from '../call.js';
import type { Stage } from './stage.js';

/** Refusals that an operator looks for; other errors are everyday answers. */
const levels: Readonly<Partial<Record<Status, 'info' | 'warn' | 'error'>>> = {
  [Status.UNAUTHENTICATED]: 'info',
  [Status.PERMISSION_DENIED]: 'info',
  [Status.RESOURCE_EXHAUSTED]: 'warn',
  [Status.UNAVAILABLE]: 'warn',
  [Status.DEADLINE_EXCEEDED]: 'warn',
  [Status.UNKNOWN]: 'error',
  [Status.INTERNAL]: 'error',
};

/**
 * Logs each call once, when it ends: at `debug`, and higher where it was refused or failed. Never a streamed message.
 */
export function logging(logger: Logger): Stage {
  const log = safeLogger(logger);
  return {
    enter: (call) => {
      call.startedMs = performance.now();
      return undefined;
    },
    leave: (call, error) => {
      const code = codeOf(call, error);
      const level = levels[code] ?? 'debug';
      if (log.isLevelEnabled(level)) log[level](fieldsOf(call, code, error), 'call');
    },
  };
}

function codeOf(call: Call, error: unknown): Status {
  if (error instanceof ServerError) return error.code;
  if (call.signal.aborted) return Status.CANCELLED;
  return error === undefined ? Status.OK : Status.UNKNOWN;
}

function fieldsOf(call: Call, code: Status, error: unknown): object {
  const { method, peer, scope, identity } = call;
  const durationMs = Math.round((performance.now() - call.startedMs) * 1000) / 1000;
  const why = error instanceof ServerError ? { reason: error.details } : {};
  return { method, peer, userId: identity.userId, code: Status[code], durationMs, ...(scope && { scope }), ...why };
}
