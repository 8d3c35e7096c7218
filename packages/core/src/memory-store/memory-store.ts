import { LocalStore } from '../local-store/local-store.js';
import { MemoryEngine } from './memory-engine.js';
import { completeOptions, type MemoryStoreOptions } from './options.js';

/**
 * A store in the memory of this process, with everything that a durable one has: revisions, a log to resume from,
 * history, aliases, expiry, batches. What it holds is gone when it is closed; a new one has a new `logId`.
 *
 * @example
 * const store = new MemoryStore();
 * await store.connect();
 * await store.set('production', 'app/timeout', { bytes: Buffer.from('30'), codec: 'json', type: 'int' });
 */
export class MemoryStore extends LocalStore {
  /** Throws `invalid_argument`, naming the option. */
  constructor(options: MemoryStoreOptions = {}) {
    super(new MemoryEngine(completeOptions(options)));
  }
}
