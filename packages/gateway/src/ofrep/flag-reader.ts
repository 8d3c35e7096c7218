import { createHash } from 'node:crypto';
import type { FlagContext } from '@cfg/core/flags';
import type { ConfigServiceDefinition, ListResponse } from '@cfg/proto';
import type { Client } from 'nice-grpc';
import { ClientError, Status } from 'nice-grpc-common';
import type { ServiceCallOptions } from '../service-call.js';
import { type EvaluatedFlag, evaluatedFlag } from './evaluated-flag.js';
import { FlagError } from './request.js';

/** How many flags are read at a time. */
const pageSize = 500;

/** Whose flags are asked for, and by which calls. */
export interface FlagCall {
  readonly namespace: string;
  readonly context: FlagContext;
  /** Of each call of the service. */
  readonly options: () => ServiceCallOptions;
}

/** All flags of a namespace for someone. */
export interface FlagSet {
  /** The same as long as they are. */
  readonly etag: string;
  /** Absent where the caller knows `etag`. */
  readonly flags?: readonly EvaluatedFlag[];
}

/** Reads and evaluates the flags that are keys below a prefix, with the caller's own rights. */
export class FlagReader {
  readonly #client: Client<ConfigServiceDefinition>;
  readonly #prefix: string;

  constructor(client: Client<ConfigServiceDefinition>, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** Throws a {@link FlagError} where there is none, and what the service throws. */
  async one(key: string, { namespace, context, options }: FlagCall): Promise<EvaluatedFlag> {
    const missing = (): FlagError => new FlagError('FLAG_NOT_FOUND', `flag not found: ${key}`);
    const found = await this.#client.get({ namespace, key: this.#prefix + key }, options()).catch((error: unknown) => {
      throw error instanceof ClientError && error.code === Status.NOT_FOUND ? missing() : error;
    });
    if (found.entry === undefined) throw missing();
    return evaluatedFlag(key, found.entry, context);
  }

  /**
   * `isKnown` tells of an entity tag whether the caller has that answer; absent, it has none. Where the store has revisions,
   * the flags of a caller who has them are not read.
   */
  async all(call: FlagCall, isKnown?: (etag: string) => boolean): Promise<FlagSet> {
    if (isKnown !== undefined) {
      const etag = this.#tag(await this.#page(call, 1), call.context);
      if (etag !== undefined && isKnown(etag)) return { etag };
    }
    const first = await this.#page(call, pageSize);
    const entries = [...first.entries];
    for (let cursor = first.nextCursor; cursor !== ''; ) {
      const page = await this.#page(call, pageSize, cursor);
      entries.push(...page.entries);
      cursor = page.nextCursor;
    }
    const flags = entries.map((entry) => evaluatedFlag(entry.key.slice(this.#prefix.length), entry, call.context));
    const etag = this.#tag(first, call.context) ?? tagOf(JSON.stringify(flags, asJson));
    return isKnown?.(etag) ? { etag } : { etag, flags };
  }

  #page({ namespace, options }: FlagCall, limit: number, cursor = ''): Promise<ListResponse> {
    return this.#client.list({ namespace, prefix: this.#prefix, limit, cursor }, options());
  }

  /** Of the namespace's last change: what is read after it may be newer, and then has another tag the next time. */
  #tag({ logId, namespaceRevision }: ListResponse, context: FlagContext): string | undefined {
    return logId === '' ? undefined : tagOf(JSON.stringify([logId, namespaceRevision, this.#prefix, context]));
  }
}

const tagOf = (text: string): string => `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;

/** For `JSON.stringify`: a whole number beyond 2^53 is written as the nearest that all clients can read. */
export const asJson = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);
