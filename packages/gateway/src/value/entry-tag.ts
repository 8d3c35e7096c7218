import type { IncomingHttpHeaders } from 'node:http';
import type { Entry } from '@cfg/proto';

/**
 * The entity tag of a key's version: `"<version>-<revision>"`; where there are no revisions, its time stands for one. A
 * masked version is another representation.
 */
export function entryTag({ version, revision, updatedAt, masked }: Entry): string {
  const mark = revision > 0 ? String(revision) : `t${updatedAt?.seconds ?? 0}.${updatedAt?.nanos ?? 0}`;
  return `"${version}-${mark}${masked ? '-masked' : ''}"`;
}

/** The version that a tag of ours names, however a proxy may have weakened or marked it. */
export function versionOfTag(tag: string): number | undefined {
  const version = Number(/^(?:W\/)?"(\d{1,15})-t?[\d.]+(?:-[a-z]+)?"$/.exec(tag)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

/** Whether `If-None-Match` of a read names the tag, or any. */
export function isKnown(headers: IncomingHttpHeaders, tag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.split(',').some((each) => {
    const name = each.trim();
    return name === '*' || name === tag || (name.startsWith('W/') && name.slice(2) === tag);
  });
}

/** The date that was written last: of a server elsewhere, the same is often asked for again. */
let known = { seconds: -1, text: '' };

function dateText(seconds: number): string {
  if (known.seconds !== seconds) known = { seconds, text: new Date(seconds * 1_000).toUTCString() };
  return known.text;
}

/** The headers of a version: its `ETag`, its `Last-Modified`, and that caches must ask again. */
export function validators(entry: Entry): { readonly etag: string; readonly [name: string]: string } {
  const { updatedAt } = entry;
  const modified = updatedAt && dateText(Math.max(0, updatedAt.seconds));
  return { etag: entryTag(entry), ...(modified !== undefined && { 'last-modified': modified }), ...revalidated };
}

/** For answers that a cache may keep, but must ask about before it uses them. */
export const revalidated: { readonly 'cache-control': string } = { 'cache-control': 'no-cache, no-store' };
