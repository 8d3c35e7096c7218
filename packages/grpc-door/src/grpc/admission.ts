import type { CallContext } from 'nice-grpc-common';

/** A call that was let in before its request had come. */
export interface Admitted {
  /** The request never comes, and the method is not called: `cause` is why. */
  abandon(cause: unknown): void;
}

/**
 * Lets a call in before its request has come whole, so that a caller who is refused costs little. What it rejects with is
 * the answer. The method is called with the same `context` then, or the call is abandoned.
 *
 * @param path the method's, `/package.Service/Method`
 */
export type Admit = (path: string, context: CallContext) => Promise<Admitted>;
