import type { Logger } from '@cfg/core';

/** A limit is reported at most once in so many milliseconds: who passes one can do so thousands of times a second. */
const intervalMs = 10_000;

/** Reports limits of a door that were reached, so that it can be seen why callers are refused. */
export function limitLog(
  logger: Logger,
  door: 'gRPC' | 'HTTP',
): (reached: { readonly limit: string; readonly peer: string }) => void {
  const reports = new Map<string, { atMs: number; since: number }>();
  return ({ limit, peer }) => {
    const nowMs = performance.now();
    const last = reports.get(limit);
    if (last !== undefined && nowMs - last.atMs < intervalMs) {
      last.since += 1;
      return;
    }
    logger.warn({ limit, peer, sinceLastReport: last?.since ?? 0 }, `limit of the ${door} door reached`);
    reports.set(limit, { atMs: nowMs, since: 0 });
  };
}
