import type { ChangeStream } from '../contract/store.js';
import { ChangeLog } from './change-log.js';

/** A watch that fails with its first `next()`: what a store answers that cannot be watched, or not now. */
export function failedWatch(error: unknown): ChangeStream {
  const log = new ChangeLog({ logId: '' });
  log.close(error);
  return log.watch();
}
