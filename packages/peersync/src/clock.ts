/** Time as everything here sees it: the system's, or a simulation's. */
export interface Clock {
  /** Milliseconds on a clock that never goes back; its zero means nothing. */
  now(): number;
  /** Runs `task` once, `delayMs` from now. Returns a function that calls it off. */
  after(delayMs: number, task: () => void): () => void;
}

/** A number from 0 to 1, 1 excluded, as `Math.random` gives. */
export type Random = () => number;

/** The monotonic clock of the process. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A whole number from 0 to `below`, `below` excluded. */
export const randomInt = (random: Random, below: number): number => Math.floor(random() * below);

/** Puts `items` in a random order, in place. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomInt(random, i + 1);
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}
