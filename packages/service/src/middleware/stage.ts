import type { Call } from '../call.js';

/**
 * One concern of the middleware. A call enters the stages in order, is handled, and leaves them; where something
 * throws, a stage or the handler, each stage may put another error in its place.
 */
export interface Stage {
  /** Before the handler. Throwing refuses the call. A promise only where there is something to wait for. */
  enter?(call: Call): undefined | Promise<void>;
  /** What the caller gets in place of `error`, or a promise of it. */
  fail?(call: Call, error: unknown): unknown;
  /** Once, at the end, with the error if there was one. A stream that its reader left has none. */
  leave?(call: Call, error: unknown): void;
}
