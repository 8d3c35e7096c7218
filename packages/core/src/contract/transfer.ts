import type { Alias, Entry } from './entry.js';
import type { CallOptions } from './store.js';

/** A change of a key as it moves from one store to another. */
export interface TransferRecord {
  /** The entry as the change left it; of a deletion the tombstone. Its revision is the other store's. */
  readonly entry: Entry;
  /** The request id of the write; empty: none. */
  readonly requestId: string;
}

export interface TransferOptions extends CallOptions {
  /**
   * Fails with `invalid_value`, before anything is written, where a value is secret that would be none here: it would lie
   * open on the disk and be shown to everyone. Default false.
   */
  readonly keepsSecrets?: boolean | undefined;
}

/** A store that takes over what another store has, as it was there. */
export interface Transferring {
  /**
   * Writes the changes as they are, with their versions, times, authors and request ids, and with revisions of this
   * store's log; a key's in the order of its versions. What is here already, or is older than what is here, changes
   * nothing, so that it can be repeated.
   */
  transfer(namespace: string, records: readonly TransferRecord[], options?: TransferOptions): Promise<void>;
  /**
   * Sets the aliases, with their times. One that is here already changes nothing; fails with `alias_exists` where it
   * stands for something else here.
   */
  transferAliases(aliases: readonly Alias[], options?: CallOptions): Promise<void>;
  /** Every namespace that has keys or had any, the default one included, in order: for whoever takes over all of them. */
  everyNamespace(options?: CallOptions): Promise<readonly string[]>;
}
