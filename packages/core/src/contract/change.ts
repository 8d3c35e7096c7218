import { type Alias, Entry, type EntryInit } from './entry.js';

export type ChangeType = 'set' | 'delete' | 'alias_set' | 'alias_delete';

/**
 * One change in the order of the log. Of a `delete`, `entry` is the tombstone. Of an alias change, `entry` has an empty
 * namespace, the alias as key and the target as a JSON string.
 */
export class Change {
  readonly type: ChangeType;
  readonly entry: Entry;
  /** The change's place in the log; 0 where the store has none. Every change has its own. */
  readonly revision: number;
  /** The writer's request id, kept so that a repeat can be told. */
  readonly requestId: string;
  /** Further changes of the same write follow on this watch: show them together. */
  readonly more: boolean;
  /** The change's ready wire form, put here by the door that first sends it, so that all watchers share it. */
  encoded: object | undefined = undefined;
  #last: Change | undefined;
  #masked: Change | undefined;

  constructor(type: ChangeType, entry: Entry, revision: number = entry.revision, requestId = '', more = false) {
    this.type = type;
    this.entry = entry;
    this.revision = revision;
    this.requestId = requestId;
    this.more = more;
  }

  /** The change for a watch that gets no further changes of the same write. The same object each time. */
  asLast(): Change {
    if (!this.more) return this;
    this.#last ??= new Change(this.type, this.entry, this.revision, this.requestId);
    return this.#last;
  }

  /** The change without its value, for those who may not see it. The same object each time. */
  asMasked(): Change {
    if (this.entry.masked) return this;
    this.#masked ??= new Change(this.type, this.entry.asMasked(), this.revision, this.requestId, this.more);
    return this.#masked;
  }

  /** Drops the ready wire forms: the change has left the part of the log that is read by many. */
  dropEncoded(): void {
    this.encoded = undefined;
    this.entry.dropEncoded();
    this.#last = undefined;
    this.#masked = undefined;
  }
}

/** "You have seen everything that matches, up to `revision`." */
export interface Progress {
  readonly type: 'progress';
  readonly revision: number;
  readonly logId: string;
}

export type WatchEvent = Change | Progress;

const text = new TextEncoder();
const nothing = new Uint8Array(0);

/** The change that registers or removes an alias. */
export function aliasChange(
  type: 'alias_set' | 'alias_delete',
  alias: Alias,
  revision: number,
  nowMs: number,
  { author, comment }: Pick<EntryInit, 'author' | 'comment'> = {},
): Change {
  const removed = type === 'alias_delete';
  const entry = new Entry({
    namespace: '',
    key: alias.alias,
    bytes: removed ? nothing : text.encode(JSON.stringify(alias.target)),
    codec: 'json',
    type: 'string',
    version: alias.version,
    revision,
    createdAtMs: alias.createdAtMs,
    updatedAtMs: removed ? nowMs : alias.createdAtMs,
    deleted: removed,
    author,
    comment,
  });
  return new Change(type, entry, revision);
}
