import { ConfigError, type ErrorCode, type TransferRecord } from '@cfg/core';
import type { ConfigPeeringDefinition } from '@cfg/proto';
import { type Client, ClientError, Status } from 'nice-grpc';
import type { Lease } from '../lease/lease.js';
import type { DataPage, Holding, Peer } from '../lease/peer.js';
import type { Vote } from '../lease/rules.js';
import type { Claims } from '../sync-store/dialer.js';
import { toLease, toPage, toVote } from './messages.js';

const codes: ReadonlyMap<Status, ErrorCode> = new Map([
  [Status.PERMISSION_DENIED, 'permission_denied'],
  [Status.UNIMPLEMENTED, 'unsupported'],
]);

/** How long a node waits for another one's answer, in milliseconds. A pull may take as long as it takes. */
const answerMs = 5_000;

/** A claim moves a whole namespace. */
const claimMs = 30 * 60_000;

/** Another node, over gRPC. One of the original fails with `unsupported`, one that does not answer with `unavailable`. */
export class RemotePeer implements Peer<TransferRecord>, Claims {
  readonly #name: string;
  readonly #client: Client<ConfigPeeringDefinition>;

  /** `name` names the node in errors. */
  constructor(name: string, client: Client<ConfigPeeringDefinition>) {
    this.#name = name;
    this.#client = client;
  }

  lookup(namespace: string): Promise<Lease | undefined> {
    return this.#ask(async (signal) => toLease((await this.#client.lookup({ namespace }, { signal })).lease));
  }

  holdings(): Promise<readonly Holding[]> {
    return this.#ask(async (signal) => (await this.#client.holdings({}, { signal })).holdings);
  }

  vote(namespace: string, candidate: string, term: number): Promise<Vote> {
    return this.#ask(async (signal) => toVote(await this.#client.vote({ namespace, candidate, term }, { signal })));
  }

  async *pull(namespace: string, position: number): AsyncIterable<DataPage<TransferRecord>> {
    try {
      for await (const page of this.#client.pull({ namespace, position })) yield toPage(page);
    } catch (error) {
      throw this.#fault(error);
    }
  }

  freeze(namespace: string, position: number): Promise<DataPage<TransferRecord>> {
    return this.#ask(async (signal) => toPage(await this.#client.freeze({ namespace, position }, { signal })));
  }

  hand(namespace: string, to: string, position: number): Promise<number | undefined> {
    return this.#ask(async (signal) => {
      const { term } = await this.#client.handOver({ namespace, to, position }, { signal });
      return term === 0 ? undefined : term;
    });
  }

  async claim(namespace: string): Promise<void> {
    await this.#ask((signal) => this.#client.claim({ namespace }, { signal }), claimMs);
  }

  unclaim(namespace: string): Promise<boolean> {
    return this.#ask(async (signal) => (await this.#client.unclaim({ namespace }, { signal })).unclaimed);
  }

  async #ask<T>(call: (signal: AbortSignal) => Promise<T>, withinMs: number = answerMs): Promise<T> {
    try {
      return await call(AbortSignal.timeout(withinMs));
    } catch (error) {
      throw this.#fault(error);
    }
  }

  #fault(error: unknown): ConfigError {
    const why = error instanceof ClientError ? error.details : (error as Error).message;
    const code = (error instanceof ClientError && codes.get(error.code)) || 'unavailable';
    return new ConfigError(code, `node ${this.#name}: ${why}`, { cause: error });
  }
}
