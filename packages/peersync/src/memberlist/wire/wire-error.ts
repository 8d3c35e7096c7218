/** Why bytes from the network were not taken. The message is ours, with nothing of the bytes in it. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** The bytes end within a value. More of them may follow on a stream. */
export class Truncated extends WireError {
  constructor() {
    super('truncated');
  }
}
