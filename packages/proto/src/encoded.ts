/**
 * A message together with its ready bytes: encoded once, sent to many. A method may return one in place of the message;
 * the service definitions send its bytes as they are, and an in-process caller reads `message`.
 */
export class Encoded<T> {
  #bytes: Uint8Array | (() => Uint8Array);
  #message: T | undefined;
  #make: () => T;

  /**
   * @param bytes made on first use where a function makes them
   * @param make makes the message
   */
  constructor(bytes: Uint8Array | (() => Uint8Array), make: () => T) {
    this.#bytes = bytes;
    this.#make = make;
  }

  get bytes(): Uint8Array {
    if (typeof this.#bytes === 'function') this.#bytes = this.#bytes();
    return this.#bytes;
  }

  /** The message, made on first use and kept. Shared: do not change it. */
  get message(): T {
    this.#message ??= this.#make();
    return this.#message;
  }
}

/**
 * Stands in for a request whose bytes are not a protobuf message. gRPC libraries answer a deserializer that throws
 * with INTERNAL; a service that finds this in place of a request answers INVALID_ARGUMENT.
 */
export class Undecodable {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}
