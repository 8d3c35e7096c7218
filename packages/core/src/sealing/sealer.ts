import type { KeyObject } from 'node:crypto';
import type { Entry, EntryInit } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import { openBytes, type Place, sealBytes, sealedOverhead } from './envelope.js';
import type { SecretPolicy } from './secret-policy.js';

/** The data keys that a process has, as plain data: a structured clone of it is complete. */
export interface DataKeys {
  /** By id. Without a key: the key service has not unwrapped it yet. */
  readonly keys: ReadonlyMap<number, KeyObject | undefined>;
  /** Why a key is missing, for those who ask for a value of it. */
  readonly fault?: string | undefined;
}

/** A value as an engine keeps it: sealed with the data key of that id, or plain. */
export interface KeptValue {
  readonly bytes: Uint8Array;
  readonly dek: number | null;
}

/**
 * Seals values on their way to the disk and opens them on the way back, for an engine. What has to be sealed is said by
 * {@link Entry.secret}, what with by {@link Sealer.activate}.
 */
export class Sealer {
  readonly policy: SecretPolicy | undefined;
  #known: DataKeys = { keys: new Map() };
  #active: number | undefined;

  /** Without a policy nothing is sealed, and nothing that is sealed opens. */
  constructor(policy?: SecretPolicy | undefined) {
    this.policy = policy;
  }

  /** Replaces the keys. */
  load(keys: DataKeys): void {
    this.#known = keys;
  }

  /** Whether the key was loaded, be it that it could not be unwrapped. */
  knows(dek: number): boolean {
    return this.#known.keys.has(dek);
  }

  /** Values are sealed with this key from now on: the one that the engine's tables say, as of each transaction. */
  activate(dek: number | undefined): void {
    this.#active = dek;
  }

  /** Throws `unavailable` where the entry has to be sealed, and the key is not there. */
  check(entry: Entry): void {
    if (entry.secret) this.#key(this.#active);
  }

  /** The entry's value as it is to be kept. Throws `unavailable` as {@link check} does. */
  keep(entry: Entry): KeptValue {
    if (!entry.secret) return { bytes: entry.bytes, dek: null };
    return { bytes: sealBytes(this.#key(this.#active), entry, entry.bytes), dek: this.#active as number };
  }

  /** The value sealed anew, and opened again to see that it can be. Throws as {@link keep} and {@link open} do. */
  reseal(entry: Entry): KeptValue {
    const kept = this.keep(entry);
    const opened = kept.dek === null ? kept.bytes : this.open(entry, kept.bytes, kept.dek);
    if (Buffer.compare(opened, entry.bytes) !== 0) throw new TypeError('a sealed value opens to another one');
    return kept;
  }

  /** The value of an entry, from the bytes that were kept. A sealed value is opened when it is first asked for. */
  kept(place: Place, bytes: Uint8Array, dek: number | null): Pick<EntryInit, 'bytes' | 'secret'> {
    if (dek === null) return { bytes, secret: this.policy?.covers(place) ?? false };
    const size = Math.max(0, bytes.length - sealedOverhead);
    return { bytes: { size, open: () => this.open(place, bytes, dek) }, secret: true };
  }

  /** As {@link kept}, of a value that is read when it is first asked for. `size` is that of the bytes that `read` returns. */
  keptAway(
    place: Place,
    size: number,
    dek: number | null,
    read: () => Uint8Array,
  ): Pick<EntryInit, 'bytes' | 'secret'> {
    if (dek === null) return { bytes: { size, open: read }, secret: this.policy?.covers(place) ?? false };
    const open = (): Uint8Array => this.open(place, read(), dek);
    return { bytes: { size: Math.max(0, size - sealedOverhead), open }, secret: true };
  }

  /** Throws `unavailable` where the key is not there, and `internal` where the value does not open. */
  open(place: Place, sealed: Uint8Array, dek: number): Uint8Array {
    const key = this.#key(dek);
    try {
      return openBytes(key, place, sealed);
    } catch (cause) {
      const { namespace, key: name, version } = place;
      throw new ConfigError(
        'internal',
        `the value of ${namespace}/${name} version ${version} does not open with data key ${dek}: it was changed or moved`,
        { cause },
      );
    }
  }

  #key(dek: number | undefined): KeyObject {
    const key = dek === undefined ? undefined : this.#known.keys.get(dek);
    if (key !== undefined) return key;
    const why =
      this.#known.fault ?? (this.policy === undefined ? 'the store was opened without keys' : 'not loaded yet');
    throw new ConfigError('unavailable', `secrets are not available: data key ${dek ?? '(none)'}: ${why}`);
  }
}
