/** Something wrong in how the program was called. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
