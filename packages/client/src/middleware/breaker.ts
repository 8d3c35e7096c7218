import { ConfigError, type Logger } from '@cfg/core';
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { ClientError, type ClientMiddleware, Status } from 'nice-grpc-common';

export interface BreakerOptions {
  /** Calls in a row for which the server could not be reached, after which the circuit opens. */
  readonly failures: number;
  /** How long it is open until one call may try again. */
  readonly resetAfterMs: number;
}

/** The middleware that calls pass, and the events that it tells. */
export interface Breaker {
  readonly middleware: ClientMiddleware<{ readonly probe?: boolean }>;
  close(): void;
}

/**
 * Fails calls at once while the server is known to be out of reach. An answer, be it a refusal, says that it can be
 * reached. Watches do not pass: they wait between their own tries.
 */
export function breaker(
  { failures, resetAfterMs }: BreakerOptions,
  onState: (state: 'closed' | 'half-open' | 'open', error: ConfigError | undefined) => void,
  logger: Logger,
): Breaker {
  let last: unknown;
  const policy: CircuitBreakerPolicy = circuitBreaker(handleWhen(isOutOfReach), {
    breaker: new ConsecutiveBreaker(failures),
    halfOpenAfter: resetAfterMs,
  });
  const subscription = policy.onStateChange((state) => {
    if (state === CircuitState.Isolated) return;
    const name = state === CircuitState.Open ? 'open' : state === CircuitState.HalfOpen ? 'half-open' : 'closed';
    logger.debug({ circuit: name }, 'circuit breaker');
    onState(name, name === 'open' ? tooMany(failures, last) : undefined);
  });
  return {
    async *middleware(call, { probe = false, ...options }) {
      if (call.responseStream || probe) return yield* call.next(call.request, options);
      try {
        // A call of one answer yields nothing before it.
        return await policy.execute(async () => {
          try {
            return (await call.next(call.request, options).next()).value as never;
          } catch (error) {
            last = error;
            throw error;
          }
        });
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw tooMany(failures, last);
        throw error;
      }
    },
    close: () => subscription.dispose(),
  };
}

function isOutOfReach(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  // With details it is the word of a server, say, that its store is away.
  const saidByServer = 'extra' in error && Array.isArray(error.extra) && error.extra.length > 0;
  return [Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED].includes(error.code) && !saidByServer;
}

function tooMany(failures: number, cause: unknown): ConfigError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new ConfigError('unavailable', `the server could not be reached ${failures} times in a row${why}`, { cause });
}
