import { ConfigError } from '@cfg/core';
import { Keyring, sealBytes } from './keyring.js';
import { types } from './messages.js';
import { WireError } from './wire-error.js';

export interface SecurityOptions {
  /** Separates clusters on one network: others' packets are dropped. At most 255 bytes; default none. */
  readonly label?: string | undefined;
  /** Keys of 16, 24 or 32 bytes: the first seals, all are tried to open. Default: nothing is encrypted. */
  readonly keys?: readonly Uint8Array[] | undefined;
  /** Drop what is not encrypted, if there are keys. False only while a cluster gets its keys. Default true. */
  readonly verifyIncoming?: boolean | undefined;
}

/** Label and encryption, the outermost layers of packets and streams. */
export class Security {
  readonly label: Uint8Array;
  readonly keyring: Keyring | undefined;
  readonly verifyIncoming: boolean;
  /** The label as it is sent in front; empty without one. */
  readonly header: Uint8Array;

  constructor({ label = '', keys, verifyIncoming = true }: SecurityOptions = {}) {
    this.label = Buffer.from(label);
    if (this.label.length > 255) throw new ConfigError('invalid_argument', 'label: at most 255 bytes');
    this.keyring = keys === undefined ? undefined : new Keyring(keys);
    this.verifyIncoming = verifyIncoming;
    this.header =
      this.label.length === 0
        ? this.label
        : Buffer.concat([Uint8Array.of(types.hasLabel, this.label.length), this.label]);
  }

  /** Bytes of a packet that are not its messages'. */
  get overhead(): number {
    return this.header.length + (this.keyring === undefined ? 0 : sealBytes);
  }

  /** The bytes after the label. Throws {@link WireError} for another label than ours, or none. */
  withoutLabel(bytes: Uint8Array): Uint8Array {
    if (bytes[0] !== types.hasLabel) {
      if (this.label.length > 0) throw new WireError('no label');
      return bytes;
    }
    const length = bytes[1] ?? 0;
    const label = bytes.subarray(2, 2 + length);
    if (length === 0 || Buffer.compare(label, this.label) !== 0) throw new WireError('another label');
    return bytes.subarray(2 + length);
  }
}
