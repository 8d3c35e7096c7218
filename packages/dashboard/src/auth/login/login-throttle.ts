import { callerOf, clientAddress, type HttpRequest, TokenBuckets } from '@cfg/service';
import { Metadata } from 'nice-grpc-common';

const perAddress = { rate: 0.1, burst: 10 };
const together = { rate: 10, burst: 100 };

/** Addresses whose attempts are remembered. */
const maxAddresses = 10_000;

/** How often one may try to sign in: as often as people do, and never as often as programs that guess. */
export class LoginThrottle {
  readonly #addresses = new TokenBuckets(perAddress.rate, perAddress.burst, maxAddresses);
  // Who has many addresses guesses no faster.
  readonly #all = new TokenBuckets(together.rate, together.burst, 1);
  readonly #addressOf = clientAddress([]);

  /** Counts an attempt. Returns 0 if it may be made, else how many seconds to wait. */
  take(request: HttpRequest): number {
    const waitMs = this.#addresses.take(this.#addressOf(callerOf(request).peer, Metadata())) || this.#all.take('');
    return Math.ceil(waitMs / 1_000);
  }

  /** The attempt was right and does not count. */
  putBack(request: HttpRequest): void {
    this.#addresses.putBack(this.#addressOf(callerOf(request).peer, Metadata()));
    this.#all.putBack('');
  }
}
