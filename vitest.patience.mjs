// What becomes true later has the time of a busy machine: by itself, vitest waits for one second.
import { vi } from 'vitest';

const timeout = 60_000;

for (const name of ['waitFor', 'waitUntil']) {
  const wait = vi[name];
  vi[name] = (check, options) =>
    wait(check, typeof options === 'number' ? { timeout: Math.max(timeout, options) } : { timeout, ...options });
}
