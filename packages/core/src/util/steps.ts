/** A value, or a promise of it where something has to be waited for. */
export type Maybe<T> = T | Promise<T>;

/**
 * A computation that waits only where it must, so that one piece of code serves engines that answer at once and engines
 * that do not. Within it, `yield* wait(value)` takes the place of `await value`.
 */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** Within {@link Steps}: the value, waited for if it is a promise. */
export function* wait<T>(value: Maybe<T>): Steps<T> {
  return value instanceof Promise ? ((yield value) as T) : value;
}

/** Runs the steps: to the end at once where nothing has to be waited for, else returns a promise. Throws as they do. */
export function run<T>(steps: Steps<T>): Maybe<T> {
  const first = steps.next();
  return first.done ? first.value : resume(steps, first.value);
}

async function resume<T>(steps: Steps<T>, first: Promise<unknown>): Promise<T> {
  let pending = first;
  for (;;) {
    const settled = await pending.then(
      (value) => () => steps.next(value),
      (error: unknown) => () => steps.throw(error),
    );
    const result = settled();
    if (result.done) return result.value;
    pending = result.value;
  }
}

/** Runs steps that never have to wait, as those over an engine that answers at once. Throws a `TypeError` if they do. */
export function runNow<T>(steps: Steps<T>): T {
  const result = run(steps);
  if (result instanceof Promise) throw new TypeError('the steps had to wait');
  return result;
}
