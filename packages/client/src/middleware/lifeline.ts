import { ClientError, type ClientMiddleware, Status } from 'nice-grpc-common';

/** The parts that calls depend on. */
export interface Life {
  /** Its reason, a text, says why. */
  readonly ended: AbortSignal;
  /** Open streams, and those of them of which anything has come from the server. */
  streams: number;
  begun: number;
}

/** Ends a call with UNAVAILABLE when what it depends on has ended, and counts the streams. */
export const lifeline = (life: Life): ClientMiddleware =>
  async function* lifeline(call, options) {
    const { ended } = life;
    const { signal } = options;
    const lost = (): ClientError => new ClientError(call.method.path, Status.UNAVAILABLE, String(ended.reason));
    if (ended.aborted) throw lost();
    const controller = new AbortController();
    const end = (): void => controller.abort();
    if (signal?.aborted) end();
    ended.addEventListener('abort', end, { once: true });
    signal?.addEventListener('abort', end, { once: true });
    if (call.responseStream) life.streams += 1;
    let hasBegun = false;
    const onHeader: typeof options.onHeader = (header) => {
      if (call.responseStream && !hasBegun) life.begun += 1;
      hasBegun = true;
      options.onHeader?.(header);
    };
    try {
      return yield* call.next(call.request, { ...options, onHeader, signal: controller.signal });
    } catch (error) {
      throw ended.aborted && !signal?.aborted ? lost() : error;
    } finally {
      if (call.responseStream) life.streams -= 1;
      if (call.responseStream && hasBegun) life.begun -= 1;
      ended.removeEventListener('abort', end);
      signal?.removeEventListener('abort', end);
    }
  };
