// The server's description of itself.
import { apiUrl, ask, askJson, callHeaders } from './http.ts';

export interface Readiness {
  readonly isReady: boolean;
  /** `ok` or `failing`, by the name of what was looked at. */
  readonly checks: Readonly<Record<string, string>>;
}

export async function readiness(signal: AbortSignal): Promise<Readiness> {
  const response = await fetch(apiUrl('/readyz'), { signal, cache: 'no-store' });
  const { checks = {} } = (await response.json()) as { checks?: Record<string, string> };
  return { isReady: response.ok, checks };
}

/** Metrics in Prometheus' text format; undefined: this server does not measure, or the caller may not know. */
export async function metricsText(signal: AbortSignal): Promise<string | undefined> {
  const url = new URL('metrics', document.baseURI);
  const response = await fetch(url, { headers: callHeaders(), credentials: 'same-origin', cache: 'no-store', signal });
  const isText = response.headers.get('content-type')?.startsWith('text/plain') === true;
  return response.ok && isText ? response.text() : undefined;
}

export interface ClusterMember {
  readonly id: string;
  readonly address: string;
  /** `PRESENCE_ALIVE`, `_LISTED`, `_LEFT`, `_GONE`. */
  readonly presence: string;
  readonly inRing: boolean;
  readonly ours: boolean;
}

export interface ClusterNamespace {
  readonly namespace: string;
  readonly owner: string;
  readonly claimedBy: string;
  readonly canClaim: boolean;
}

export interface Cluster {
  readonly self: string;
  readonly epoch: string;
  readonly members: readonly ClusterMember[];
  readonly namespaces: readonly ClusterNamespace[];
  /** Why the list of namespaces is not whole; empty: it is. */
  readonly incomplete: string;
}

/** The cluster; throws `ApiError` `unsupported` where the server is in none. */
export async function getCluster(signal: AbortSignal): Promise<Cluster> {
  const cluster = await askJson<Partial<Cluster>>(apiUrl('/v1/cluster'), { signal });
  const { self = '', epoch = '', members = [], namespaces = [], incomplete = '' } = cluster;
  return { self, epoch, members, namespaces, incomplete };
}

const claimPath = (namespace: string, verb: 'claim' | 'unclaim'): string =>
  apiUrl(`/v1/cluster/namespaces/${encodeURIComponent(namespace)}/${verb}`);

/** Hands a namespace over to a node. Takes as long as that. */
export async function claim(namespace: string, node: string): Promise<void> {
  await ask(claimPath(namespace, 'claim'), { method: 'POST', body: { node } });
}

export async function unclaim(namespace: string): Promise<void> {
  await ask(claimPath(namespace, 'unclaim'), { method: 'POST', body: {} });
}
