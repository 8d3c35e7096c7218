import { createHash } from 'node:crypto';
import type { Entry } from '@cfg/core';
import { SnapshotResponse, type Entry as WireEntry } from '@cfg/proto';
import type { Encoder } from '../encoder.js';
import { joined } from '../page.js';

/** What an entry's message costs beyond its bytes, roughly. */
const messageBytes = 400;

/** Field 100, the revision, with a number of eight bytes whatever its value: a varint may be longer than it needs. */
const revisionField = Uint8Array.of(0xa0, 0x06, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
const revisionBytes = 8;

/** A namespace's entries as a SnapshotResponse, ready to be sent any number of times. */
export class SnapshotBody {
  /** Hex SHA-256 over the lines `key:version`. */
  readonly etag: string;
  /** Roughly how much memory it takes, its messages included. */
  readonly weight: number;
  #bytes: Uint8Array;
  #entries: WireEntry[] | undefined;

  /** `entries` in key order; `logId` empty where the store has no revisions. */
  constructor(encoder: Encoder, entries: readonly Entry[], logId: string) {
    const lines = entries.map(({ key, version }) => `${key}:${version}\n`).join('');
    this.etag = createHash('sha256').update(lines).digest('hex');
    const rest = { entries: [], etag: this.etag, notModified: false, revision: undefined, logId };
    const tail = [SnapshotResponse.encode(rest).finish(), ...(logId === '' ? [] : [revisionField])];
    this.#bytes = joined([...entries.map((entry) => encoder.entryField(entry)), ...tail]);
    this.weight = this.#bytes.byteLength + (entries.length + 1) * messageBytes;
  }

  /**
   * The answer's bytes, that show the namespace at `revision`. They are the same bytes each time, with the revision
   * written into its place, rather than a copy of what may be megabytes. So the bytes of an earlier answer, if they are
   * not sent yet, tell a later revision; at which, too, they are what the namespace was.
   */
  bytesAt(revision: number | undefined): Uint8Array {
    if (revision === undefined) return this.#bytes;
    const start = this.#bytes.byteLength - revisionBytes;
    let rest = revision;
    for (let i = 0; i < revisionBytes - 1; i += 1) {
      this.#bytes[start + i] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[start + revisionBytes - 1] = rest;
    return this.#bytes;
  }

  /** As messages, made on first use from the bytes, so that the store's own entries are not held. */
  entries(): WireEntry[] {
    this.#entries ??= SnapshotResponse.decode(this.#bytes).entries;
    return this.#entries;
  }
}
