import { ChangeFilter } from '../contract/filter.js';
import type { ChangeStream } from '../contract/store.js';
import { type CursorSource, LogCursor } from './log-cursor.js';

const everything = new ChangeFilter();
const nowhere: CursorSource = {
  revision: 0,
  logId: '',
  at: () => undefined,
  load: (revision) => Promise.reject(new RangeError(`there is no change ${revision}`)),
  forget: () => {},
};

/** A watch that fails with its first `next()`: for a store that cannot be watched, or not now. */
export function failedWatch(error: unknown): ChangeStream {
  return new LogCursor(nowhere, { filter: everything, position: 0, progress: false, fault: error });
}
