import type { Logger } from '@cfg/core';
import type { Decision } from '@cfg/service';
import { LRUCache } from 'lru-cache';
import { decisionOf } from './decision.js';
import type { LoadedPolicy } from './policy/load.js';
import type { Policy } from './wasm/policy.js';

export interface ActivePolicyOptions {
  /** 0: decisions are not kept. */
  readonly decisionCacheMs: number;
  readonly decisionCacheEntries: number;
  readonly logger: Required<Logger>;
}

/** The policy that decides now, with what it decided lately: kept by the whole of what it sees. */
export class ActivePolicy {
  readonly revision: string;
  readonly #policy: Policy;
  readonly #decisions: LRUCache<string, Decision> | undefined;
  readonly #print: (text: string) => void;

  constructor({ policy, revision }: LoadedPolicy, options: ActivePolicyOptions) {
    const { decisionCacheMs: ttl, decisionCacheEntries: max, logger } = options;
    this.revision = revision;
    this.#policy = policy;
    this.#decisions = ttl === 0 ? undefined : new LRUCache({ max, ttl });
    this.#print = (text) => logger.debug({ revision, print: text }, 'policy print');
  }

  /** Throws where the policy cannot be evaluated; that is kept by nobody. */
  decide(input: string): Decision {
    const known = this.#decisions?.get(input);
    if (known !== undefined) return known;
    const now = BigInt(Date.now()) * 1_000_000n;
    const result = this.#policy.evaluate(input, { now, drawn: new Map(), print: this.#print });
    const decision = decisionOf(result);
    this.#decisions?.set(input, decision);
    return decision;
  }
}
