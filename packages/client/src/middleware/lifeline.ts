import { ClientError, type ClientMiddleware, Status } from 'nice-grpc-common';

/** What calls depend on. */
export interface Life {
  /** Its reason, a text, says why. */
  readonly ended: AbortSignal;
  streams: number;
}

/** Ends a call with UNAVAILABLE when what it depends on has ended, and counts the open streams. */
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
    try {
      return yield* call.next(call.request, { ...options, signal: controller.signal });
    } catch (error) {
      throw ended.aborted && !signal?.aborted ? lost() : error;
    } finally {
      if (call.responseStream) life.streams -= 1;
      ended.removeEventListener('abort', end);
      signal?.removeEventListener('abort', end);
    }
  };
