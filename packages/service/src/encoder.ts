import type { Change, Entry, Progress, WatchEvent } from '@cfg/core';
import { ChangeType, Encoded, WatchResponse, Entry as WireEntry } from '@cfg/proto';
import { EncodedBudget } from './encoded-budget.js';
import { entryMessage } from './entry.js';
import { encodeEntryField } from './entry-bytes.js';
import { Slab } from './slab.js';

/** The tag of field 2 of a WatchResponse, its entry. */
const watchEntryTag = 0x12;

const changeTypes: Readonly<Record<Change['type'], ChangeType>> = {
  set: ChangeType.CHANGE_TYPE_SET,
  delete: ChangeType.CHANGE_TYPE_DELETE,
  alias_set: ChangeType.CHANGE_TYPE_ALIAS_SET,
  alias_delete: ChangeType.CHANGE_TYPE_ALIAS_DELETE,
};

/**
 * Encodes entries and changes, each once: the bytes stay with the entry or the change, for all who ask next, as long as
 * there is room.
 */
export class Encoder {
  #budget: EncodedBudget;
  #slab = new Slab();

  constructor(maxBytes: number) {
    this.#budget = new EncodedBudget(maxBytes);
  }

  /**
   * The entry's bytes as field 1 of a message: the whole of a GetResponse and of a SetResponse, and one of the entries
   * of a List, a Snapshot or GetVersions.
   */
  entryField(entry: Entry): Uint8Array {
    if (entry.encoded !== undefined) return entry.encoded;
    const bytes = encodeEntryField(entry, this.#slab);
    entry.encoded = bytes;
    this.#budget.add(entry, bytes.byteLength);
    return bytes;
  }

  /** The answer of a Get and of a Set, which are the same on the wire. */
  entry(entry: Entry): Encoded<{ entry: WireEntry | undefined }> {
    return new Encoded(this.entryField(entry), () => ({ entry: entryMessage(entry) }));
  }

  /** The answer of a Watch. All watchers of a change share its bytes and its message. */
  event(event: WatchEvent): Encoded<WatchResponse> {
    if (event.type === 'progress') return progressAnswer(event);
    if (event.encoded instanceof Encoded) return event.encoded as Encoded<WatchResponse>;
    const answer = this.#change(event);
    event.encoded = answer;
    this.#budget.add(event, answer.bytes.byteLength);
    return answer;
  }

  #change({ type, entry, revision, more }: Change): Encoded<WatchResponse> {
    const head = { type: changeTypes[type], entry: undefined, revision, logId: '', more };
    if (type === 'delete' || type === 'alias_delete') {
      const { namespace, key, author, comment } = entry;
      const message = { ...head, entry: WireEntry.fromPartial({ namespace, key, author, comment }) };
      return new Encoded(WatchResponse.encode(message).finish(), () => message);
    }
    const first = WatchResponse.encode(head).finish();
    const field = entry.encoded ?? encodeEntryField(entry, this.#slab);
    const bytes = this.#slab.allocate(first.byteLength + field.byteLength);
    bytes.set(first);
    bytes.set(field, first.byteLength);
    bytes[first.byteLength] = watchEntryTag;
    return new Encoded(bytes, () => ({ ...head, entry: entryMessage(entry) }));
  }
}

function progressAnswer({ revision, logId }: Progress): Encoded<WatchResponse> {
  const message = { type: ChangeType.CHANGE_TYPE_PROGRESS, entry: undefined, revision, logId, more: false };
  return new Encoded(WatchResponse.encode(message).finish(), () => message);
}
