import { exhausted, internal, unimplemented } from './answer-fields.js';
import type { CallEnvironment } from './call-environment.js';
import { decompress, type Encoding, TooLargeError } from './compression.js';
import { type MessageFault, MessageReader, type MessageReceiver } from './message-reader.js';
import { RequestStream } from './request-stream.js';
import { type CallStatus, messageOf } from './status.js';

/** The call whose request it is. */
export interface RequestOwner {
  /**
   * Settles once the call is let in, where that is decided before its request is read; it is then decided from now on.
   * Rejects where it is not.
   */
  admission(): Promise<void> | undefined;
  /** The only message of the request has come, and its end. */
  handle(message: Uint8Array): void;
  refuse(status: CallStatus): void;
  /** The caller may send so much more. */
  release(bytes: number): void;
}

/** A request whose body comes in several pieces, compressed, or as a stream of messages. */
export class RequestBody implements MessageReceiver {
  /** The messages that the handler of a stream reads. */
  readonly stream: RequestStream | undefined;
  #owner: RequestOwner;
  #environment: CallEnvironment;
  #encoding: Encoding;
  #reader: MessageReader;
  #only: Uint8Array | Promise<Uint8Array> | undefined;
  /** The part of the budget that messages hold while they wait to be handled. */
  #heldBytes = 0;
  /** The bytes that came and were not released yet. */
  #unreleasedBytes = 0;

  constructor(
    owner: RequestOwner,
    environment: CallEnvironment,
    encoding: Encoding,
    deserialize: ((bytes: Uint8Array) => unknown) | undefined,
  ) {
    this.#owner = owner;
    this.#environment = environment;
    this.#encoding = encoding;
    this.#reader = new MessageReader(this, environment.maxReceiveMessageBytes, environment.budget);
    if (deserialize !== undefined) {
      this.stream = new RequestStream({ deserialize, emptied: () => this.#emptied() });
    }
  }

  push(bytes: Buffer, start: number, end: number): void {
    this.#unreleasedBytes += end - start;
    this.#reader.push(bytes, start, end);
    // While whole messages wait for their handler, the caller is not to send more.
    if (this.stream === undefined || this.stream.isEmpty) this.#emptied();
  }

  end(): void {
    if (!this.#reader.isComplete) {
      this.#owner.refuse(internal('the request ends within a message'));
    } else if (this.stream !== undefined) {
      this.stream.end();
    } else if (this.#only === undefined) {
      this.#owner.refuse(unimplemented('a request without a message'));
    } else {
      const only = this.#only;
      const admission = this.#owner.admission();
      if (admission === undefined && !(only instanceof Promise)) this.#hand(only);
      else this.#handLater(only, admission);
    }
  }

  /** The call is over: gives back what is held. */
  close(): void {
    this.#reader.stop();
    this.#giveBack();
  }

  // As the receiver of messages

  message(bytes: Uint8Array, compressed: boolean): void {
    this.#heldBytes += bytes.length;
    if (compressed && this.#encoding === 'identity') {
      this.#owner.refuse(internal('a compressed message, but no grpc-encoding'));
      return;
    }
    const message = compressed ? this.#decompress(bytes) : bytes;
    if (this.stream !== undefined) {
      this.stream.push(message);
    } else if (this.#only !== undefined) {
      this.#owner.refuse(unimplemented('a request of more than one message'));
    } else {
      this.#only = message;
    }
  }

  fault(fault: MessageFault): void {
    const { maxReceiveMessageBytes: most } = this.#environment;
    switch (fault.kind) {
      case 'flag':
        this.#owner.refuse(internal(`a message with the unknown flag ${fault.flag}`));
        return;
      case 'tooLarge':
        this.#environment.limited('receivedMessage');
        this.#owner.refuse(exhausted(`Received message larger than max (${fault.length} vs. ${most})`));
        return;
      case 'noMemory':
        this.#environment.limited('bufferedRequests');
        this.#owner.refuse(exhausted('too many requests are being received'));
        return;
    }
  }

  #decompress(bytes: Uint8Array): Promise<Uint8Array> {
    const { maxReceiveMessageBytes } = this.#environment;
    const decompressed = (): Promise<Uint8Array> => decompress(this.#encoding, bytes, maxReceiveMessageBytes);
    // Nothing is decompressed for a caller who is to be refused.
    const message = this.#owner.admission()?.then(decompressed) ?? decompressed();
    // The call may be over before anybody waits for the message.
    message.catch((error) => this.#owner.refuse(statusOfDecompression(error, this.#environment)));
    return message;
  }

  #handLater(only: Uint8Array | Promise<Uint8Array>, admission: Promise<void> | undefined): void {
    Promise.all([only, admission]).then(
      ([message]) => this.#hand(message),
      () => {}, // the call is refused already
    );
  }

  #hand(message: Uint8Array): void {
    this.#giveBack();
    this.#owner.handle(message);
  }

  /** Nothing waits for the handler: the caller may send again. */
  #emptied(): void {
    if (this.stream !== undefined) this.#giveBack();
    const bytes = this.#unreleasedBytes;
    this.#unreleasedBytes = 0;
    if (bytes > 0) this.#owner.release(bytes);
  }

  #giveBack(): void {
    this.#environment.budget.give(this.#heldBytes);
    this.#heldBytes = 0;
  }
}

function statusOfDecompression(error: unknown, environment: CallEnvironment): CallStatus {
  if (!(error instanceof TooLargeError)) return internal(`a message cannot be decompressed: ${messageOf(error)}`);
  environment.limited('receivedMessage');
  return exhausted(`Received message larger than max (${environment.maxReceiveMessageBytes}) when decompressed`);
}
