import { useInfiniteQuery } from '@tanstack/react-query';
import { listAudit } from '../../api/calls.ts';
import type { AuditRecord } from '../../api/types.ts';

/** A write of a namespace, after which it was for a while as it then was. */
export interface Moment {
  /** The write's last one. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly author: string;
  readonly comment: string;
  readonly keys: readonly string[];
}

/** The writes that the records tell of, oldest first. Records of one write have the same time. */
export function momentsOf(records: readonly AuditRecord[]): readonly Moment[] {
  const moments: Moment[] = [];
  for (const { time, userId, key, metadata } of records.toReversed()) {
    const [at, revision] = [Date.parse(time), Number(metadata.revision ?? 0)];
    const { comment = '' } = metadata;
    const last = moments.at(-1);
    if (last && last.at === at && last.author === userId && last.comment === comment) {
      moments[moments.length - 1] = { ...last, revision, keys: [...last.keys, key] };
    } else {
      moments.push({ revision, at, author: userId, comment, keys: [key] });
    }
  }
  return moments;
}

const pageSize = 300;

/** The writes of a namespace, as far as they are read; `fetchNextPage` reads older ones. */
export const useMoments = (namespace: string) =>
  useInfiniteQuery({
    queryKey: ['moments', namespace],
    queryFn: ({ pageParam, signal }) => listAudit({ namespace, limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
    select: ({ pages }) => momentsOf(pages.flatMap(({ records }) => records)),
  });

/** The last revision of the namespace that was written until then; undefined: it was empty. */
export async function revisionAt(namespace: string, at: number): Promise<number | undefined> {
  // A page may be empty though others follow.
  for (let cursor = ''; ; ) {
    const page = await listAudit({ namespace, to: new Date(at).toISOString(), limit: 1, cursor });
    const revision = page.records[0]?.metadata.revision;
    if (revision !== undefined) return Number(revision);
    if (page.nextCursor === '') return undefined;
    cursor = page.nextCursor;
  }
}
