// The queries of the page to the server, and their cached results.
import { QueryClient, useQuery } from '@tanstack/react-query';
import { checkAccess, getEntry, listAliases, listCodecs, listNamespaces } from '../api/calls.ts';
import { isApiError } from '../api/error.ts';
import { session } from '../api/session.ts';
import type { Access } from '../api/types.ts';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Where there was no answer the stream of changes tells when to ask again.
      retry: (failures, error) => failures < 2 && isApiError(error, 'offline'),
      retryDelay: (attempt) => 400 * 2 ** attempt,
      staleTime: 30_000,
      refetchOnWindowFocus: true,
    },
  },
});

let signIns = session.get().count;
session.subscribe(() => {
  const { count } = session.get();
  if (count === signIns) return;
  signIns = count;
  void queries.invalidateQueries();
});

export const useNamespaces = () =>
  useQuery({ queryKey: ['namespaces'], queryFn: ({ signal }) => listNamespaces('', { signal }) });

export const useCodecs = () =>
  useQuery({
    queryKey: ['codecs'],
    queryFn: ({ signal }) => listCodecs({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useAliases = () => useQuery({ queryKey: ['aliases'], queryFn: ({ signal }) => listAliases({ signal }) });

/** A key as it is now, or at a revision. */
export const useEntry = (namespace: string, key: string, revision = 0) =>
  useQuery({
    queryKey: ['entry', namespace, key, revision],
    queryFn: ({ signal }) => getEntry(namespace, key, { signal, revision }),
    enabled: key !== '',
  });

const everything: Access = { canRead: true, canWrite: true, canDelete: true, canList: true, canWatch: true };

/** The caller's permissions: all of them until the server has answered, which then decides. */
export function useAccess(namespace: string, key = ''): Access {
  const { data } = useQuery({
    queryKey: ['access', namespace, key],
    queryFn: ({ signal }) => checkAccess(namespace, key, { signal }),
    enabled: namespace !== '',
  });
  return data ?? everything;
}
