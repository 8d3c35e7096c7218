/** The error of an ended call: gRPC's CANCELLED. */
export const callEnded = (): DOMException => new DOMException('the call was cancelled', 'AbortError');

/** The promise's outcome, or {@link callEnded} as soon as `signal` fires. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return signal === undefined ? promise : race(promise, signal, undefined);
}

export interface Deadline {
  readonly timeoutMs: number;
  readonly expired: () => Error;
}

/** As {@link untilAborted}, and `expired()` if the promise takes longer than `timeoutMs`. */
export function inTime<T>(promise: PromiseLike<T>, signal: AbortSignal, deadline: Deadline): Promise<T> {
  return race(promise, signal, deadline);
}

function race<T>(promise: PromiseLike<T>, signal: AbortSignal, deadline: Deadline | undefined): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      release();
      reject(callEnded());
    };
    const expire = ({ expired }: Deadline): void => {
      release();
      reject(expired());
    };
    const timer = deadline && setTimeout(expire, deadline.timeoutMs, deadline);
    const release = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    promise.then(
      (value) => {
        release();
        resolve(value);
      },
      (error: unknown) => {
        release();
        reject(error);
      },
    );
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
