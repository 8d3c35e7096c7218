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

/** One call's being let in: under way, done, or over because the call is. */
export class Admission {
  /** Resolves once the call is let in; rejects if it is refused. Never unhandled. */
  readonly done: Promise<void>;
  #admitted: Admitted | undefined;
  #abandoned: { readonly cause: unknown } | undefined;

  /** @param refused called with what the answer is */
  constructor(deciding: Promise<Admitted>, refused: (error: unknown) => void) {
    this.done = deciding.then(
      (admitted) => this.#letIn(admitted),
      (error) => {
        refused(error);
        throw error;
      },
    );
    this.done.catch(() => {});
  }

  /** The method is called. */
  use(): void {
    this.#admitted = undefined;
  }

  /** The method will not be called. After {@link use} this changes nothing. */
  abandon(cause: unknown): void {
    this.#abandoned ??= { cause };
    this.#admitted?.abandon(cause);
    this.#admitted = undefined;
  }

  #letIn(admitted: Admitted): void {
    if (this.#abandoned === undefined) this.#admitted = admitted;
    else admitted.abandon(this.#abandoned.cause);
  }
}
