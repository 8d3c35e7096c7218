/** An AbortController linked to a parent signal. Call `release()` to unlink it. */
export interface Scope {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  release(): void;
}

/** Opens a scope that ends with `signal` and is among `open` until it is released. Throws the signal's reason if it has fired. */
export function openScope(open: Set<Scope>, signal?: AbortSignal): Scope {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', follow, { once: true });
  const scope: Scope = {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => {
      signal?.removeEventListener('abort', follow);
      open.delete(scope);
    },
  };
  open.add(scope);
  return scope;
}
