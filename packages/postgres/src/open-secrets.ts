import { type OpenSealing, refuseSealed, Sealer } from '@cfg/core/store';
import { KeysChanged } from './fault.js';
import type { PostgresKeyTable } from './key-table.js';
import type { Settings } from './options.js';

/** The data keys of an open database. */
export class OpenSecrets {
  readonly sealer: Sealer;
  #open: OpenSealing | undefined;

  /** Throws `invalid_argument` where the keys are not those of the database, or are missing. */
  static async open({ sealing }: Settings, table: PostgresKeyTable): Promise<OpenSecrets> {
    const secrets = new OpenSecrets(new Sealer(sealing?.policy));
    if (sealing === undefined) refuseSealed(await table.list());
    else secrets.#open = await sealing.open(table, (keys) => secrets.sealer.load(keys));
    return secrets;
  }

  private constructor(sealer: Sealer) {
    this.sealer = sealer;
  }

  /** Runs a commit. Where another server has changed the keys, they are loaded before its error is passed on. */
  async withKeys<T>(commit: () => Promise<T>): Promise<T> {
    try {
      return await commit();
    } catch (error) {
      if (error instanceof KeysChanged) await this.#open?.refresh();
      throw error;
    }
  }

  close(): void {
    this.#open?.close();
  }
}
