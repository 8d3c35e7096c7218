import type { CallOptions } from '../contract/store.js';

/** The options of a write as plain data, which can be sent to another thread: without the signal and the caller. */
export function plain<O extends CallOptions>({ signal: _, caller: __, ...options }: O): Omit<O, keyof CallOptions> {
  return options;
}
