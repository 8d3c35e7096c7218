import { httpRules } from '@cfg/proto';
import type { Endpoint } from './exchange.js';
import { PathTable } from './path.js';
import { rpcEndpoint } from './rpc.js';

/** What a path can be asked, by HTTP method. */
export class Route {
  readonly #endpoints = new Map<string, Endpoint>();
  allow = '';

  add(verb: string, endpoint: Endpoint): void {
    this.#endpoints.set(verb, endpoint);
    // HEAD is GET without the body, which node leaves out by itself.
    if (verb === 'GET') this.#endpoints.set('HEAD', endpoint);
    this.allow = [...this.#endpoints.keys()].join(', ');
  }

  endpoint(verb: string): Endpoint | undefined {
    return this.#endpoints.get(verb);
  }
}

export interface Routes {
  /** The clients to call, by the full name of their service. A service without one is answered 501. */
  readonly clients: Readonly<Record<string, object | undefined>>;
  readonly diff: Endpoint;
  readonly watch: Endpoint;
  readonly maxBodyBytes: number;
}

/** Keys and aliases may hold slashes. */
const spanning = ['key', 'alias'];

/** The routes that the proto's annotations say, and the gateway's own two. */
export function createRoutes({ clients, diff, watch, maxBodyBytes }: Routes): PathTable<Route> {
  const table = new PathTable<Route>(spanning);
  const add = (verb: string, template: string, endpoint: Endpoint): void =>
    table.at(template, () => new Route()).add(verb, endpoint);
  for (const rule of httpRules()) add(rule.verb, rule.path, rpcEndpoint(rule, clients[rule.service], maxBodyBytes));
  add('GET', '/v1/namespaces/{namespace}/keys/{key}/diff', diff);
  add('GET', '/v1/watch', watch);
  return table;
}
