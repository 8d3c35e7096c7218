import { type BatchOptions, batch, listVersions, restore } from '../../api/calls.ts';
import type { Entry } from '../../api/types.ts';

/** The state that a key is to have again, and the version it has now; 0: there is none. */
export interface BroughtBack {
  readonly version: Entry;
  readonly ifVersion: number;
}

/** Writes versions of keys anew, all or nothing, and over nothing that somebody has written meanwhile. */
export async function bringBack(
  namespace: string,
  keys: readonly BroughtBack[],
  note: Pick<BatchOptions, 'comment' | 'requestId'> = {},
): Promise<void> {
  const operations = keys
    .filter(({ version: { secret } }) => !secret)
    .map(({ version: { key, codec, value }, ifVersion }) => ({ kind: 'set', key, codec, value, ifVersion }) as const);
  if (operations.length > 0) await batch(namespace, operations, note);
  // The server alone knows a secret, so it brings that back itself.
  for (const { version } of keys) {
    if (version.secret) await restore(namespace, { key: version.key, version: version.version }, note);
  }
}

/** Takes the deletion of keys back; a key that somebody has made anew stays as it is, and so do the others. */
export async function undelete(
  namespace: string,
  deleted: readonly { readonly key: string; readonly version: number }[],
): Promise<void> {
  const pages = await Promise.all(deleted.map(({ key, version }) => listVersions(namespace, key, { version })));
  const versions = pages.flatMap(({ entries }) => entries.find((each) => !each.deleted) ?? []); // past the tombstone
  await bringBack(
    namespace,
    versions.map((version) => ({ version, ifVersion: 0 })),
  );
}
