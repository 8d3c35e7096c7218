import { type Logger, safeLogger } from '@cfg/core';
import { Status } from 'nice-grpc-common';
import type { CallView } from '../call.js';
import type { Outcome, Stage } from './stage.js';

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
    leave: (call, outcome) => {
      const level = levels[outcome.status] ?? 'debug';
      if (log.isLevelEnabled(level)) log[level](fieldsOf(call, outcome), 'call');
    },
  };
}

function fieldsOf(
  { method, metadata, peer, identity, decision, startedMs }: CallView,
  { status, details }: Outcome,
): object {
  const durationMs = Math.round((performance.now() - startedMs) * 1000) / 1000;
  const scope = decision?.scope && { scope: decision.scope };
  const reason = details && { reason: details };
  const requestId = metadata.get('x-request-id');
  const asked = requestId !== undefined && { requestId };
  return { method, peer, userId: identity.userId, code: Status[status], durationMs, ...asked, ...scope, ...reason };
}
