/** A policy that cannot be had or used: its message tells why, and names the source where there is one. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
