// The API's calls, one function each.
import { toBase64 } from './bytes.ts';
import { readEntry } from './entry.ts';
import { apiUrl, ask, askJson, type Call } from './http.ts';
import type { Access, Alias, AuditRecord, Entry, Operation, WireEntry } from './types.ts';

type Options = Pick<Call, 'signal'>;

const namespacePath = (namespace: string): string => `/v1/namespaces/${encodeURIComponent(namespace)}`;
/** The whole key as one segment, so that a key that ends in `/versions` is no route. */
export const keyPath = (namespace: string, key: string): string =>
  `${namespacePath(namespace)}/keys/${encodeURIComponent(key)}`;

export async function getEntry(
  namespace: string,
  key: string,
  options: Options & { revision?: number; reveal?: boolean } = {},
): Promise<Entry> {
  const url = apiUrl(keyPath(namespace, key), { atRevision: options.revision });
  const { entry } = await askJson<{ entry: WireEntry }>(url, options);
  return readEntry(entry);
}

export interface Save {
  readonly namespace: string;
  readonly key: string;
  readonly value: Uint8Array;
  readonly codec: string;
  readonly ifVersion?: number | undefined;
  readonly ttlMs?: number | undefined;
  readonly comment?: string | undefined;
  /** Makes a repeat harmless. */
  readonly requestId?: string | undefined;
}

const seconds = (ms: number): string => `${ms / 1000}s`;

export async function setEntry({ namespace, key, ...save }: Save, options: Options = {}): Promise<Entry> {
  const body = {
    value: toBase64(save.value),
    codec: save.codec,
    ...(save.ifVersion !== undefined && { ifVersion: String(save.ifVersion) }),
    ...(save.ttlMs !== undefined && { ttl: seconds(save.ttlMs) }),
    ...(save.comment && { comment: save.comment }),
    ...(save.requestId && { requestId: save.requestId }),
  };
  const { entry } = await askJson<{ entry: WireEntry }>(apiUrl(keyPath(namespace, key)), {
    ...options,
    method: 'POST',
    body,
  });
  return readEntry(entry);
}

export async function deleteEntry(
  namespace: string,
  key: string,
  { ifVersion, comment, ...options }: Options & { ifVersion?: number; comment?: string } = {},
): Promise<void> {
  const url = apiUrl(keyPath(namespace, key), { ifVersion: ifVersion && String(ifVersion), comment });
  await ask(url, { ...options, method: 'DELETE' });
}

export interface EntryPage {
  readonly entries: readonly Entry[];
  readonly nextCursor: string;
  readonly revision: number;
  readonly logId: string;
}

export interface ListQuery {
  readonly prefix?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly includeDeleted?: boolean | undefined;
  readonly atRevision?: number | undefined;
}

export async function listEntries(namespace: string, query: ListQuery = {}, options: Options = {}): Promise<EntryPage> {
  const page = await askJson<{ entries?: WireEntry[]; nextCursor?: string; revision?: string; logId?: string }>(
    keysUrl(namespace, query),
    options,
  );
  return {
    entries: (page.entries ?? []).map(readEntry),
    nextCursor: page.nextCursor ?? '',
    revision: Number(page.revision ?? 0),
    logId: page.logId ?? '',
  };
}

/** The address of a namespace's list. */
export const keysUrl = (namespace: string, query: ListQuery = {}): string =>
  apiUrl(`${namespacePath(namespace)}/keys`, { ...query });

/** Every entry of a namespace, page by page. */
export async function listAll(namespace: string, query: ListQuery = {}, options: Options = {}): Promise<Entry[]> {
  const all: Entry[] = [];
  let cursor = '';
  do {
    const page = await listEntries(namespace, { ...query, limit: 1000, cursor }, options);
    all.push(...page.entries);
    cursor = page.nextCursor;
  } while (cursor !== '');
  return all;
}

export interface VersionPage {
  readonly entries: readonly Entry[];
  readonly nextCursor: string;
}

/** A key's versions, newest first, deletions among them. */
export async function listVersions(
  namespace: string,
  key: string,
  query: { version?: number; limit?: number; cursor?: string } = {},
  options: Options = {},
): Promise<VersionPage> {
  const page = await askJson<{ entries?: WireEntry[]; nextCursor?: string }>(
    apiUrl(`${keyPath(namespace, key)}/versions`, { ...query, includeDeleted: true }),
    options,
  );
  return { entries: (page.entries ?? []).map(readEntry), nextCursor: page.nextCursor ?? '' };
}

export async function listNamespaces(prefix = '', options: Options = {}): Promise<string[]> {
  const all: string[] = [];
  let cursor = '';
  do {
    const page = await askJson<{ namespaces?: string[]; nextCursor?: string }>(
      apiUrl('/v1/namespaces', { prefix, limit: 500, cursor }),
      options,
    );
    all.push(...(page.namespaces ?? []));
    cursor = page.nextCursor ?? '';
  } while (cursor !== '');
  return all;
}

/** The caller's permissions on a namespace, or on a key or prefix in it. */
export const checkAccess = (namespace: string, key = '', options: Options = {}): Promise<Access> =>
  askJson<Access>(apiUrl(`${namespacePath(namespace)}/access`, { key }), options);

export const listCodecs = async (options: Options = {}): Promise<readonly string[]> =>
  (await askJson<{ codecs?: string[] }>(apiUrl('/v1/codecs'), options)).codecs ?? [];

export const listAliases = async (options: Options = {}): Promise<readonly Alias[]> =>
  (await askJson<{ aliases?: Alias[] }>(apiUrl('/v1/aliases'), options)).aliases ?? [];

const aliasPath = (alias: string): string => `/v1/aliases/${encodeURIComponent(alias)}`;

export async function setAlias(alias: string, target: string): Promise<void> {
  await ask(apiUrl(aliasPath(alias)), { method: 'PUT', body: { target } });
}

export async function deleteAlias(alias: string): Promise<void> {
  await ask(apiUrl(aliasPath(alias)), { method: 'DELETE' });
}

export interface BatchOutcome {
  readonly entries: readonly Entry[];
  readonly lastRevision: number;
}

interface WireBatch {
  readonly results?: readonly { readonly entry?: WireEntry | null }[];
  readonly lastRevision?: string;
}

const outcomeOf = ({ results = [], lastRevision = '0' }: WireBatch): BatchOutcome => ({
  entries: results.flatMap(({ entry }) => (entry ? [readEntry(entry)] : [])),
  lastRevision: Number(lastRevision),
});

export interface BatchOptions extends Options {
  readonly dryRun?: boolean | undefined;
  readonly comment?: string | undefined;
  readonly requestId?: string | undefined;
}

const wireOperation = (operation: Operation): object => {
  const { key, ifVersion } = operation;
  const condition = ifVersion === undefined ? {} : { ifVersion: String(ifVersion) };
  if (operation.kind === 'delete') return { delete: { key, ...condition } };
  const ttl = operation.ttlMs === undefined ? {} : { ttl: seconds(operation.ttlMs) };
  return { set: { key, value: toBase64(operation.value), codec: operation.codec, ...condition, ...ttl } };
};

/** Writes all of it or nothing. Throws `ApiError` with `index` and `key` of the first that cannot be done. */
export async function batch(
  namespace: string,
  operations: readonly Operation[],
  { signal, ...options }: BatchOptions = {},
): Promise<BatchOutcome> {
  const body = { ...options, operations: operations.map(wireOperation) };
  return outcomeOf(
    await askJson<WireBatch>(apiUrl(`${namespacePath(namespace)}/batch`), { method: 'POST', body, signal }),
  );
}

/** Writes what brings a key, or with an empty key the namespace, back to a version or a revision. */
export async function restore(
  namespace: string,
  to: { readonly key: string; readonly version: number } | { readonly key?: string; readonly revision: number },
  { signal, ...options }: BatchOptions = {},
): Promise<BatchOutcome> {
  const target = 'version' in to ? { version: String(to.version) } : { revision: String(to.revision) };
  const body = { ...options, key: to.key ?? '', ...target };
  return outcomeOf(
    await askJson<WireBatch>(apiUrl(`${namespacePath(namespace)}/restore`), { method: 'POST', body, signal }),
  );
}

export interface AuditQuery {
  readonly namespace?: string | undefined;
  readonly key?: string | undefined;
  readonly userId?: string | undefined;
  readonly operation?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const listAudit = async (
  query: AuditQuery,
  options: Options = {},
): Promise<{ records: readonly AuditRecord[]; nextCursor: string }> => {
  const page = await askJson<{ records?: AuditRecord[]; nextCursor?: string }>(
    apiUrl('/v1/audit', { ...query }),
    options,
  );
  return { records: page.records ?? [], nextCursor: page.nextCursor ?? '' };
};

export interface Found {
  readonly entry: Entry;
  readonly inKey: boolean;
  readonly inValue: boolean;
}

/** Entries with that text in their key or value, of all that the caller may read. */
export async function search(query: string, limit: number, options: Options = {}): Promise<Found[]> {
  interface Match {
    readonly entry?: WireEntry;
    readonly inKey?: boolean;
    readonly inValue?: boolean;
  }
  const { matches = [] } = await askJson<{ matches?: Match[] }>(apiUrl('/v1/search', { query, limit }), options);
  return matches.map(({ entry = {}, inKey = false, inValue = false }) => ({ entry: readEntry(entry), inKey, inValue }));
}
