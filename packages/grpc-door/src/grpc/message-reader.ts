import { messagePrefixBytes } from '../http2/output.js';
import type { Budget } from './budget.js';

export interface MessageReceiver {
  /** A whole message. `bytes` are the receiver's to keep, and to give back to the budget. */
  message(bytes: Uint8Array, compressed: boolean): void;
  /** The bytes are no messages, or larger than allowed. Nothing follows. */
  fault(fault: MessageFault): void;
}

export type MessageFault =
  | { readonly kind: 'flag'; readonly flag: number }
  | { readonly kind: 'tooLarge'; readonly length: number }
  | { readonly kind: 'noMemory' };

/** The first room for a message. It grows with what really comes, not with what is announced. */
const firstRoomBytes = 64 * 1024;

/** Whether the bytes are one message as it is, and all of it. */
export function isWhole(bytes: Buffer, start: number, end: number, maxBytes: number): boolean {
  const length = end - start - messagePrefixBytes;
  return length >= 0 && length <= maxBytes && bytes[start] === 0 && bytes.readUInt32BE(start + 1) === length;
}

/** Finds the messages in a request's body, however it is cut. Pure. Holds one unfinished message, within a budget. */
export class MessageReader {
  #receiver: MessageReceiver;
  #maxBytes: number;
  #budget: Budget;
  #prefix = Buffer.allocUnsafe(messagePrefixBytes);
  #prefixHave = 0;
  #length = 0;
  #body: Buffer | undefined;
  #have = 0;
  #stopped = false;

  constructor(receiver: MessageReceiver, maxBytes: number, budget: Budget) {
    this.#receiver = receiver;
    this.#maxBytes = maxBytes;
    this.#budget = budget;
  }

  /** Whether the body may end here. */
  get isComplete(): boolean {
    return this.#prefixHave === 0;
  }

  push(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#stopped) {
      if (this.#prefixHave < messagePrefixBytes) at = this.#readPrefix(bytes, at, end);
      else at = this.#readBody(bytes, at, end);
    }
  }

  /** Gives back what it holds, and reads nothing more. */
  stop(): void {
    this.#stopped = true;
    if (this.#body !== undefined) this.#budget.give(this.#body.length);
    this.#body = undefined;
  }

  #readPrefix(bytes: Buffer, at: number, end: number): number {
    const step = Math.min(messagePrefixBytes - this.#prefixHave, end - at);
    bytes.copy(this.#prefix, this.#prefixHave, at, at + step);
    this.#prefixHave += step;
    if (this.#prefixHave === messagePrefixBytes) this.#begin();
    return at + step;
  }

  #begin(): void {
    const flag = this.#prefix[0] as number;
    this.#length = this.#prefix.readUInt32BE(1);
    this.#have = 0;
    if (flag > 1) {
      this.#fail({ kind: 'flag', flag });
      return;
    }
    if (this.#length > this.#maxBytes) {
      this.#fail({ kind: 'tooLarge', length: this.#length });
      return;
    }
    if (this.#length === 0) {
      this.#complete(Buffer.alloc(0));
      return;
    }
    this.#makeRoom(Math.min(this.#length, firstRoomBytes));
  }

  #readBody(bytes: Buffer, at: number, end: number): number {
    const step = Math.min(this.#length - this.#have, end - at);
    const needed = this.#have + step;
    if (this.#body !== undefined && needed > this.#body.length) {
      this.#makeRoom(Math.min(this.#length, Math.max(needed, this.#body.length * 2)));
    }
    if (this.#body === undefined) return at;
    bytes.copy(this.#body, this.#have, at, at + step);
    this.#have = needed;
    if (this.#have === this.#length) {
      const body = this.#body;
      this.#body = undefined;
      this.#complete(body);
    }
    return at + step;
  }

  #makeRoom(length: number): void {
    const old = this.#body;
    if (!this.#budget.take(length - (old?.length ?? 0))) {
      this.#fail({ kind: 'noMemory' });
      return;
    }
    this.#body = Buffer.allocUnsafe(length);
    old?.copy(this.#body, 0, 0, this.#have);
  }

  #complete(body: Buffer): void {
    this.#prefixHave = 0;
    this.#receiver.message(body, this.#prefix[0] === 1);
  }

  #fail(fault: MessageFault): void {
    this.stop();
    this.#receiver.fault(fault);
  }
}
