/** Whole milliseconds, which only ever grow, and are never 0. */
export const nowMs = (): number => Math.trunc(performance.now()) + 1;
