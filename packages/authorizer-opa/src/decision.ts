import type { Decision } from '@cfg/service';

/**
 * The meaning of the policy's result. `true` allows; an object allows where its `allow` is `true`, and may tell a `reason`
 * and a `scope`. Everything else denies, a rule that is undefined among it.
 */
export function decisionOf(result: unknown): Decision {
  if (result === true) return { allowed: true };
  if (typeof result !== 'object' || result === null) return { allowed: false };
  const { allow, reason, scope }: { allow?: unknown; reason?: unknown; scope?: unknown } = result;
  return {
    allowed: allow === true,
    ...(typeof reason === 'string' && { reason }),
    ...(typeof scope === 'string' && { scope }),
  };
}
