import { httpRules } from '@cfg/proto';
import type { Endpoint } from './exchange.js';
import type { Operation } from './openapi/types.js';
import { PathTable } from './path-table.js';
import { type RpcHook, rpcEndpoint } from './rpc-endpoint.js';

/** The endpoints of a path, by HTTP method. */
export class Route {
  /** The template of its path. */
  readonly path: string;
  readonly #endpoints = new Map<string, Endpoint>();
  allow = '';
  /** It answers though the gateway is closed. */
  always = false;

  constructor(path: string) {
    this.path = path;
  }

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

/** A route of the gateway's own, which the proto does not have. */
export interface OwnRoute {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As in the proto's annotations: `/v1/things/{thing}`. */
  readonly path: string;
  readonly endpoint: Endpoint;
  /** It answers though the gateway is closed. Default false. */
  readonly always?: boolean;
  /** How it is described. */
  readonly operation: Operation;
}

export interface Routes {
  /** The clients to call, by the full name of their service. The routes of a service without one respond with 501. */
  readonly clients: Readonly<Record<string, object | undefined>>;
  readonly own: readonly OwnRoute[];
  /** The additions of HTTP to a method, by the method's full name. */
  readonly hooks: Readonly<Record<string, RpcHook>>;
  /** The largest body, by the method's full name, and that of all others. */
  readonly maxBodyBytes: (method: string) => number;
}

/** Keys and aliases may hold slashes. */
const spanning = ['key', 'alias'];

/** The routes of the proto's annotations, and the gateway's own. */
export function createRoutes({ clients, own, hooks, maxBodyBytes }: Routes): PathTable<Route> {
  const table = new PathTable<Route>(spanning);
  const add = (verb: string, path: string, endpoint: Endpoint): void =>
    table.at(path, () => new Route(path)).add(verb, endpoint);
  for (const rule of httpRules()) {
    add(
      rule.verb,
      rule.path,
      rpcEndpoint(rule, clients[rule.service], { maxBodyBytes: maxBodyBytes(rule.method), hook: hooks[rule.method] }),
    );
  }
  for (const { verb, path, endpoint, always = false } of own) {
    add(verb, path, endpoint);
    table.at(path, () => new Route(path)).always ||= always;
  }
  return table;
}
