import { createHash } from 'node:crypto';
import type { Entry } from '@cfg/core';
import { SnapshotResponse, type Entry as WireEntry } from '@cfg/proto';
import { entryField } from '../entry.js';
import { joined } from '../page.js';

/** What an entry's message costs beyond its bytes, roughly. */
const messageBytes = 400;

/** A namespace's entries as the wire has them, ready to be sent any number of times. */
export class SnapshotBody {
  readonly bytes: Uint8Array;
  /** Hex SHA-256 over the lines `key:version`. */
  readonly etag: string;
  /** Roughly how much memory it takes, its messages included. */
  readonly weight: number;
  #entries: WireEntry[] | undefined;

  /** `entries` in key order. */
  constructor(entries: readonly Entry[]) {
    this.bytes = joined(entries.map(entryField));
    const lines = entries.map(({ key, version }) => `${key}:${version}\n`).join('');
    this.etag = createHash('sha256').update(lines).digest('hex');
    this.weight = this.bytes.byteLength + (entries.length + 1) * messageBytes;
  }

  /** As messages, made on first use from the bytes, so that the store's own entries are not held. */
  entries(): WireEntry[] {
    this.#entries ??= SnapshotResponse.decode(this.bytes).entries;
    return this.#entries;
  }
}
