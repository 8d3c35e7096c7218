import { RemoteStore, type RemoteStoreOptions } from '@cfg/client';
import type { Entry, StoreGetOptions } from '@cfg/core';
import { type ForwardedGets, NoAnswer } from './forwarded-gets.js';

/** Another node's store. Plain reads go together over one stream where the other node takes that, else by calls. */
export class PeerStore extends RemoteStore {
  readonly #gets: ForwardedGets;

  constructor(address: string, options: RemoteStoreOptions, gets: ForwardedGets) {
    super(address, options);
    this.#gets = gets;
  }

  override async get(namespace: string, key: string, options: StoreGetOptions = {}): Promise<Entry> {
    if (options.atRevision !== undefined && options.atRevision !== 0) return super.get(namespace, key, options);
    try {
      return await this.#gets.get(namespace, key, options);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return super.get(namespace, key, options);
    }
  }
}
