import { createHash } from 'node:crypto';
import type { PastReader } from './past-reader.js';

/** The content of a store, as numbers that can be compared. */
export interface Content {
  readonly keys: number;
  readonly versions: number;
  readonly aliases: number;
  /** SHA-256 of all of it, without revisions: those are each store's own. */
  readonly digest: string;
}

/** Reads all that the store has of `namespaces`. */
export async function contentOf(
  reader: PastReader,
  namespaces: readonly string[],
  onRead: (keys: number, versions: number) => void,
): Promise<Content> {
  const hash = createHash('sha256');
  const count = { keys: 0, versions: 0 };
  for (const namespace of namespaces) {
    for await (const page of reader.pages(namespace)) {
      for await (const history of reader.histories(page)) {
        count.keys += 1;
        count.versions += history.length;
        for (const entry of history) {
          const { key, version, deleted, codec, type, createdAtMs, updatedAtMs, expiresAtMs, author, comment } = entry;
          const times = [createdAtMs, updatedAtMs, expiresAtMs ?? null];
          hash.update(
            JSON.stringify([namespace, key, version, deleted, codec, type, times, author, comment, entry.size]),
          );
          hash.update(entry.bytes);
        }
      }
      onRead(count.keys, count.versions);
    }
  }
  const aliases = await reader.aliases();
  for (const { alias, target, createdAtMs } of aliases) hash.update(JSON.stringify([alias, target, createdAtMs]));
  return { ...count, aliases: aliases.length, digest: hash.digest('hex') };
}
