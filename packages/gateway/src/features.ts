import { type ConfigServiceDefinition, featuresHeader } from '@cfg/proto';
import type { Client } from 'nice-grpc';
import type { CallOptions, Metadata } from 'nice-grpc-common';

/** Whether the header of a reply announces the feature. */
export const announces = (received: Metadata, feature: string): boolean =>
  received.get(featuresHeader)?.split(' ').includes(feature) ?? false;

/**
 * The features of the server behind the gateway, as its latest reply announced them. Fields of our own go only to
 * a server that has announced what they are for: another would skip them without a word.
 */
export class ServerFeatures {
  readonly #client: Client<ConfigServiceDefinition>;
  #latest: Metadata | undefined;

  constructor(client: Client<ConfigServiceDefinition>) {
    this.#client = client;
  }

  /** Whether any reply was seen. */
  get known(): boolean {
    return this.#latest !== undefined;
  }

  /** Whether the latest reply came from a server that announces features at all: the original announces none. */
  get announced(): boolean {
    return this.#latest?.has(featuresHeader) ?? false;
  }

  has(feature: string): boolean {
    return this.#latest !== undefined && announces(this.#latest, feature);
  }

  /** Makes a small call, whose reply does not matter, if no reply of the server has told its features yet. */
  async learn(options: CallOptions): Promise<void> {
    if (!this.known) await this.#client.listCodecs?.({}, options).catch(() => {});
  }

  readonly observeHeader = (received: Metadata): void => {
    this.#latest = received;
  };

  /** A trailer tells only where there was no header: of a call that failed at once. */
  readonly observeTrailer = (received: Metadata): void => {
    if (received.has(featuresHeader)) this.#latest = received;
  };
}
