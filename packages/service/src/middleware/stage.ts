import type { Status } from 'nice-grpc-common';
import type { CallView, Revealed } from '../call.js';

/** How a call ended. */
export interface Outcome {
  /** OK; of a call whose caller went away, a stream that was left included, CANCELLED. */
  readonly status: Status;
  /** Why there is no answer, as the caller is told. */
  readonly details?: string | undefined;
  /** The error that was thrown: a `ConfigError` for most refusals. */
  readonly cause?: unknown;
}

/**
 * One concern that surrounds every call, whatever door it came through: metrics, a rate limit, an audit.
 *
 * @example
 * let underWay = 0;
 * const gauge: Stage = { enter: () => void (underWay += 1), leave: () => void (underWay -= 1) };
 */
export interface Stage {
  /**
   * Called before the handler. What it throws refuses the call, as a `ConfigError` by its code or a `ServerError` as it
   * is. Returns a promise only where there is something to wait for.
   */
  enter?(call: CallView): undefined | void | Promise<void>;
  /**
   * Called when secrets are about to be shown to the caller; of a watch, with each change. What it throws is logged and
   * changes nothing.
   */
  reveal?(call: CallView, revealed: Revealed): void;
  /**
   * Called once when a call ends that `enter` let in, in the reverse order of the stages. What it throws is logged and
   * changes nothing.
   */
  leave?(call: CallView, outcome: Outcome): void;
}
