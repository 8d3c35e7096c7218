/** A built-in function's refusal of its arguments. To the policy, as in OPA, the call is then undefined. */
export class BuiltinError extends Error {
  override readonly name = 'BuiltinError';
}
