// What a test waits for comes when a busy machine gets to it. Vitest gives up after a second, which it asks of each call
// anew, so each is given a minute here: less than a test has, so that what did not come is told.
import { vi } from 'vitest';

const patienceMs = 60_000;

for (const name of ['waitFor', 'waitUntil']) {
  const given = vi[name];
  if (given.isPatient) continue; // by a file before this one
  const patient = (callback, options = {}) =>
    given(callback, { timeout: patienceMs, ...(typeof options === 'number' ? { timeout: options } : options) });
  vi[name] = Object.assign(patient, { isPatient: true });
}
