/**
 * A message together with its ready bytes: encoded once, sent to many. A method may return one in place of the message;
 * the service definitions send its bytes as they are, and an in-process caller reads `message`.
 */
export class Encoded<T> {
  readonly bytes: Uint8Array;
  #message: T | undefined;
  #decode: (bytes: Uint8Array) => T;

  constructor(bytes: Uint8Array, decode: (bytes: Uint8Array) => T) {
    this.bytes = bytes;
    this.#decode = decode;
  }

  /** The message, made on first use and kept. Shared: do not change it. */
  get message(): T {
    this.#message ??= this.#decode(this.bytes);
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
