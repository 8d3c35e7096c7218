/** Where a stream of answers goes. */
export interface AnswerSink {
  /** Sends one. Returns whether the next may follow at once; if not, {@link ResponsePump.resume} tells when. */
  send(answer: unknown): boolean | Promise<boolean>;
  /** There are no more. */
  complete(): void;
  fail(error: unknown): void;
}

/**
 * An iterator of answers that can say at once what it has at hand. It is asked for that after each answer of `next()`,
 * so that a backlog costs no promise per answer. nice-grpc's own server does without.
 */
export interface ReadyIterator<T> extends AsyncIterator<T, unknown, undefined> {
  /** The next answer if it is at hand; undefined if `next()` has to be waited for. */
  take?(): T | undefined;
}

/** Reads a stream of answers as fast as they can be sent, and no faster. */
export class ResponsePump {
  #answers: ReadyIterator<unknown>;
  #sink: AnswerSink;
  #stopped = false;

  constructor(answers: ReadyIterator<unknown>, sink: AnswerSink) {
    this.#answers = answers;
    this.#sink = sink;
  }

  start(): void {
    this.#next();
  }

  /** Answers can be sent again. */
  resume(): void {
    if (!this.#stopped) this.#drain();
  }

  /** Nobody wants the answers any more. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    try {
      this.#answers.return?.()?.then(undefined, () => {});
    } catch {
      // Who is told? The call is over.
    }
  }

  #next(): void {
    try {
      this.#answers.next().then(this.#received, this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  }

  #received = (result: IteratorResult<unknown, unknown>): void => {
    if (this.#stopped) return;
    if (result.done) {
      this.#stopped = true;
      this.#sink.complete();
    } else if (this.#send(result.value)) {
      this.#drain();
    }
  };

  #failed = (error: unknown): void => {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#sink.fail(error);
  };

  /** Sends what is at hand, then waits for more. */
  #drain(): void {
    const answers = this.#answers;
    if (answers.take === undefined) {
      this.#next();
      return;
    }
    for (;;) {
      let answer: unknown;
      try {
        answer = answers.take();
      } catch (error) {
        this.#failed(error);
        return;
      }
      if (answer === undefined) {
        this.#next();
        return;
      }
      if (!this.#send(answer) || this.#stopped) return;
    }
  }

  /** Whether the next may follow at once. */
  #send(answer: unknown): boolean {
    try {
      const sent = this.#sink.send(answer);
      if (typeof sent === 'boolean') return sent;
      sent.then((more) => more && this.resume(), this.#unsent);
    } catch (error) {
      this.#unsent(error);
    }
    return false;
  }

  /** An answer cannot be sent: there are to be no more. */
  #unsent = (error: unknown): void => {
    this.stop();
    this.#sink.fail(error);
  };
}
