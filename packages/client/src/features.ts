import { announced, type Capability, ConfigError } from '@cfg/core';
import { untilAborted } from '@cfg/core/store';
import { featuresHeader } from '@cfg/proto';
import type { Metadata } from 'nice-grpc-common';

/** The capabilities of every server, the Go original included. */
const everywhere: readonly Capability[] = ['snapshot', 'versions', 'aliases', 'namespaces', 'health'];

/**
 * The features that the server has announced. Old servers silently ignore fields that they do not know, so that a
 * compare-and-set would become a plain overwrite: such fields are sent only to a server that has announced the feature.
 * Each connection may lead to another server (a rolling upgrade), so it is asked anew on each.
 */
export class Features {
  #known: ReadonlySet<Capability> = new Set(everywhere);
  #words: string | undefined;
  #announced = false;
  #confirmed = false;
  #asking: Promise<void> | undefined;
  readonly #ask: () => Promise<void>;

  /** `ask` makes a call that does no harm and whose reply's headers go to {@link onHeader}. */
  constructor(ask: () => Promise<void>) {
    this.#ask = ask;
  }

  /** As of the last reply; before the first, what every server can. */
  get known(): ReadonlySet<Capability> {
    return this.#known;
  }

  /** Whether the server is one that announces features, unlike the original. */
  get announced(): boolean {
    return this.#announced;
  }

  /** For the headers of every reply: a server that does not announce features has none. */
  readonly onHeader = (metadata: Metadata): void => {
    const words = metadata.get(featuresHeader);
    this.#announced = words !== undefined;
    this.#confirmed = true;
    if (words === this.#words) return;
    this.#words = words;
    const told = new Set(words?.split(/[\s,]+/));
    this.#known = new Set([...announced.filter((feature) => told.has(feature)), ...everywhere]);
  };

  /** For trailers, where a reply that is an error may have nothing else. */
  readonly onTrailer = (metadata: Metadata): void => {
    if (metadata.has(featuresHeader)) this.onHeader(metadata);
  };

  /** The connection was lost: the next one may be to another server. */
  forget(): void {
    this.#confirmed = false;
  }

  /** Asks the server unless it has answered on this connection. Fails as the question does, or as `signal` says. */
  async learn(signal?: AbortSignal): Promise<ReadonlySet<Capability>> {
    if (!this.#confirmed) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
      await untilAborted(this.#asking, signal);
    }
    return this.#known;
  }

  /** Fails with `unsupported` unless the server has all of `needs`, as it itself has said. */
  async require(needs: readonly Capability[], signal?: AbortSignal): Promise<void> {
    if (needs.length === 0) return;
    await this.learn(signal);
    const missing = needs.filter((feature) => !this.#confirmed || !this.#known.has(feature));
    if (missing.length > 0) throw unsupported(missing);
  }
}

function unsupported(missing: readonly Capability[]): ConfigError {
  return new ConfigError('unsupported', `the server does not have what the call needs: ${missing.join(', ')}`);
}
