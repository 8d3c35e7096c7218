import type { Snapshot } from '@cfg/core';
import { SnapshotResponse, type Entry as WireEntry } from '@cfg/proto';
import type { Encoder } from '../encoder.js';
import { isHidden, maskAll } from '../reveals.js';
import { etagOf } from './etag.js';
import { PatchedBytes, type ShownAt } from './patched-bytes.js';

/** The approximate cost of an entry's message beyond its bytes. */
const messageBytes = 400;

/** A namespace's entries as a SnapshotResponse, ready to be sent any number of times. */
export class SnapshotBody {
  readonly etag: string;
  /** Empty where the store has no revisions. */
  readonly logId: string;
  /** The revision of the namespace's last change; 0 if there was none, and where the store has no revisions. */
  readonly namespaceRevision: number;
  /** Roughly how much memory it takes, its messages included. */
  readonly weight: number;
  /** How many secrets it has, shown or masked. */
  readonly secrets: number;
  #whole: PatchedBytes;
  #notModified: PatchedBytes;
  #entries: WireEntry[] | undefined;

  /** `reveal`: secrets are shown. */
  constructor(
    encoder: Encoder,
    { entries: all, revision, logId = '', namespaceRevision = 0 }: Snapshot,
    reveal = false,
  ) {
    const entries = reveal ? all : maskAll(all);
    this.secrets = all.filter(isHidden).length;
    // Who has the masks has not what is behind them.
    this.etag = entries === all ? etagOf(entries) : `${etagOf(entries)}-masked`;
    this.logId = logId;
    this.namespaceRevision = namespaceRevision;
    const { etag } = this;
    const tail = (notModified: boolean): Uint8Array =>
      SnapshotResponse.encode(SnapshotResponse.fromPartial({ etag, notModified, logId, namespaceRevision })).finish();
    const revised = revision !== undefined;
    this.#whole = new PatchedBytes([...entries.map((entry) => encoder.entryField(entry)), tail(false)], revised);
    this.#notModified = new PatchedBytes([tail(true)], revised);
    this.weight = this.#whole.byteLength + (entries.length + 1) * messageBytes;
  }

  /** The answer's bytes, which show the namespace at that revision. */
  bytesAt(at: ShownAt | undefined): Uint8Array {
    return this.#whole.at(at);
  }

  /** The answer to one who has that ETag already. */
  notModifiedAt(at: ShownAt | undefined): Uint8Array {
    return this.#notModified.at(at);
  }

  /** As messages, made on first use from the bytes, so that the store's own entries are not held. */
  entries(): WireEntry[] {
    this.#entries ??= SnapshotResponse.decode(this.#whole.at(undefined)).entries;
    return this.#entries;
  }
}
