import { createHash } from 'node:crypto';
import type { Entry } from '@cfg/core';
import { SnapshotResponse, type Entry as WireEntry } from '@cfg/proto';
import type { Encoder } from '../encoder.js';
import { RevisedBytes } from './revised-bytes.js';

/** What an entry's message costs beyond its bytes, roughly. */
const messageBytes = 400;

/** A namespace's entries as a SnapshotResponse, ready to be sent any number of times. */
export class SnapshotBody {
  /** Hex SHA-256 over the lines `key:version`. */
  readonly etag: string;
  /** Roughly how much memory it takes, its messages included. */
  readonly weight: number;
  #whole: RevisedBytes;
  #notModified: RevisedBytes;
  #entries: WireEntry[] | undefined;

  /** `entries` in key order; `logId` empty where the store has no revisions. */
  constructor(encoder: Encoder, entries: readonly Entry[], logId: string) {
    const lines = entries.map(({ key, version }) => `${key}:${version}\n`).join('');
    this.etag = createHash('sha256').update(lines).digest('hex');
    const tail = (notModified: boolean): Uint8Array =>
      SnapshotResponse.encode({ entries: [], etag: this.etag, notModified, revision: undefined, logId }).finish();
    const revised = logId !== '';
    this.#whole = new RevisedBytes([...entries.map((entry) => encoder.entryField(entry)), tail(false)], revised);
    this.#notModified = new RevisedBytes([tail(true)], revised);
    this.weight = this.#whole.byteLength + (entries.length + 1) * messageBytes;
  }

  /** The answer's bytes, that show the namespace at `revision`. */
  bytesAt(revision: number | undefined): Uint8Array {
    return this.#whole.at(revision);
  }

  /** The answer to one who has that `etag` already. */
  notModifiedAt(revision: number | undefined): Uint8Array {
    return this.#notModified.at(revision);
  }

  /** As messages, made on first use from the bytes, so that the store's own entries are not held. */
  entries(): WireEntry[] {
    this.#entries ??= SnapshotResponse.decode(this.#whole.at(undefined)).entries;
    return this.#entries;
  }
}
