const ignore = (): void => {};

/**
 * Settles as the promise does, or rejects with the signal's reason if that fires first. The work behind the promise goes
 * on; what it fails with then is ignored.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** As {@link untilAborted}, and rejects with what `late` returns after `ms` milliseconds. */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  late: () => unknown,
  signal?: AbortSignal | undefined,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(late()), ms);
  try {
    return await untilAborted(untilAborted(promise, controller.signal), signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the promise settles, either way, within `ms` milliseconds; false also when the signal fires first. */
export async function settledWithin(
  promise: Promise<unknown>,
  ms: number,
  signal?: AbortSignal | undefined,
): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await untilAborted(untilAborted(settled, controller.signal), signal);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the work is done within `ms` milliseconds. Rejects if it fails in that time. */
export async function isDoneWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
export async function sleep(ms: number, signal?: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  let end = ignore;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const timer = setTimeout(end, ms);
  try {
    await untilAborted(over, signal);
  } finally {
    clearTimeout(timer);
  }
}
