import { LRUCache } from 'lru-cache';
import { Status } from 'nice-grpc-common';
import type { CallView } from '../call.js';
import type { Outcome } from '../middleware/stage.js';
import { clientNames } from '../rate-limit/client-name.js';

/** Who was not heard of for so long signs in anew. */
const forgottenMs = 3_600_000;
const maxKnown = 10_000;

/** Tells a user's first call from an address: there is no other sign-in where every call brings its credential. */
export class SignIns {
  readonly #known = new LRUCache<string, true>({ max: maxKnown, ttl: forgottenMs, updateAgeOnGet: true });
  readonly #hostOf = clientNames({});

  isNew(call: CallView, { status }: Outcome): boolean {
    const { userId } = call.identity;
    if (userId === '' || status === Status.UNAUTHENTICATED) return false;
    const name = `${this.#hostOf(call)} ${userId}`;
    if (this.#known.get(name)) return false;
    this.#known.set(name, true);
    return true;
  }
}
