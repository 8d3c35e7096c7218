import type { Metadata as GrpcMetadata } from '@grpc/grpc-js';
import { Metadata, type MetadataValue } from 'nice-grpc-common';
import { LazyMetadata } from '../lazy-metadata.js';

/** The metadata of a server's answer. Most callers ask for a name or two, which takes no copy. */
export class ReceivedMetadata extends LazyMetadata {
  readonly #received: GrpcMetadata;

  constructor(received: GrpcMetadata) {
    super(() => copyOf(received));
    this.#received = received;
  }

  override get<Key extends string>(key: Key): MetadataValue<Key> | undefined {
    return this.has(key) ? super.get(key) : undefined;
  }

  override has(key: string): boolean {
    return this.made ? super.has(key) : this.#received.get(key).length > 0;
  }
}

function copyOf(received: GrpcMetadata): Metadata {
  const copy = Metadata();
  for (const name of Object.keys(received.getMap())) copy.set(name, received.get(name) as string[]);
  return copy;
}
