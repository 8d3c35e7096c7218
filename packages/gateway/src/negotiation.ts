import { fromQuery, type MessageName } from '@cfg/proto';
import { Status } from 'nice-grpc-common';
import type { Exchange } from './exchange.js';
import { HttpError } from './http-error.js';

interface Need {
  readonly field: string;
  readonly protoName: string;
  readonly feature: string;
}

/** The feature that a server must have announced for a field of a request: another would skip the field without a word. */
const needs: readonly Need[] = [
  { field: 'ifVersion', protoName: 'if_version', feature: 'cas' },
  { field: 'ttl', protoName: 'ttl', feature: 'ttl' },
  { field: 'requestId', protoName: 'request_id', feature: 'requests' },
  { field: 'comment', protoName: 'comment', feature: 'authors' },
  { field: 'includeDeleted', protoName: 'include_deleted', feature: 'tombstones' },
  { field: 'atRevision', protoName: 'at_revision', feature: 'revisions' },
];

/** Which fields of one type of request only some servers heed. */
export class Negotiation {
  readonly #needs: readonly Need[];

  constructor(requestType: MessageName) {
    const fields = fromQuery(requestType, []);
    this.#needs = needs.filter(({ field }) => field in fields);
  }

  /** Fails with 501 if the request has a field that the server would not heed, whom it asks what it knows if need be. */
  require(request: object, exchange: Exchange): undefined | Promise<void> {
    return this.#unknown(request, exchange) === undefined ? undefined : this.#ask(request, exchange);
  }

  async #ask(request: object, exchange: Exchange): Promise<void> {
    await exchange.features.learn(exchange.callOptions());
    const unknown = this.#unknown(request, exchange);
    if (unknown === undefined) return;
    const { protoName, feature } = unknown;
    throw new HttpError(Status.UNIMPLEMENTED, `the server does not support ${protoName} (${feature})`);
  }

  /** The first field of the request that the server has not said it knows. */
  #unknown(request: object, { features }: Exchange): Need | undefined {
    for (const need of this.#needs) {
      const value = (request as Readonly<Record<string, unknown>>)[need.field];
      const given =
        value !== undefined && value !== '' && value !== false && (value !== 0 || need.field === 'ifVersion');
      if (given && !features.has(need.feature)) return need;
    }
    return undefined;
  }
}
