/** Why gossip was not taken. */
export class GossipError extends Error {
  override readonly name = 'GossipError';
}
