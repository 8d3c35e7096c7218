import { ConfigError, type Capability } from '@cfg/core';
import { featuresHeader } from '@cfg/proto';
import { abortable } from 'abort-controller-x';
import type { Metadata } from 'nice-grpc-common';

const features: readonly Capability[] = ['revisions', 'cas', 'ttl', 'requests', 'tombstones', 'batch'];

/**
 * What the server has said that it can do. A field that a server does not know is skipped silently, a compare-and-set
 * would overwrite; so nothing of that kind is sent before the server has announced it. Each connection may lead to
 * another server (a rolling upgrade), so what is known has to be confirmed on each.
 */
export class Features {
  #known: ReadonlySet<Capability> = new Set();
  #announced = false;
  #confirmed = false;
  #asking: Promise<void> | undefined;
  readonly #ask: () => Promise<void>;

  /** `ask` makes a call that does no harm and whose reply comes to {@link onHeader}. */
  constructor(ask: () => Promise<void>) {
    this.#ask = ask;
  }

  /** As of the last reply; empty before the first. */
  get known(): ReadonlySet<Capability> {
    return this.#known;
  }

  /** Whether the server is one that announces features, as against the original. */
  get announced(): boolean {
    return this.#announced;
  }

  /** For the headers of every reply: a server that does not announce features has none. */
  readonly onHeader = (metadata: Metadata): void => {
    const words = metadata.get(featuresHeader)?.split(/[\s,]+/);
    this.#announced = words !== undefined;
    this.#confirmed = true;
    if (words?.join(' ') === [...this.#known].join(' ')) return;
    this.#known = new Set(features.filter((feature) => words?.includes(feature)));
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
      await (signal === undefined ? this.#asking : abortable(signal, this.#asking));
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
