import { type CapabilityOf, ConfigError, can, type Entry, type Store, type TransferRecord } from '@cfg/core';
import { type Content, contentOf } from './content-digest.js';
import { type History, PastReader, type SourceStore, sourceStore } from './past-reader.js';

/** How much is written at a time. */
const maxRecords = 500;
const maxRecordBytes = 4 * 1024 * 1024;

/** How often it is read anew what was written to the source meanwhile. */
const maxPasses = 5;

export interface CopyOptions {
  /** Told now and then how far it is. */
  readonly onProgress?: ((step: 'copying' | 'checking', keys: number, versions: number) => void) | undefined;
}

type TargetStore = SourceStore & CapabilityOf<'transfer'>;

/**
 * Copies all that `from` has to `to`: histories with versions, times, authors and expiries, deleted keys, aliases.
 * Revisions are the target's own. What is there already is not written again, so that a copy that was broken off is
 * resumed by starting it anew. At the end both are read and compared, and what was written to the source meanwhile is
 * fetched. Fails with `version_mismatch` where they differ still, as when the target had something else, and with
 * `unsupported` for a store that lacks something.
 */
export async function copyStore(from: Store, to: Store, { onProgress = () => {} }: CopyOptions = {}): Promise<Content> {
  const source = new PastReader(sourceStore(from));
  const target = targetStore(to);
  const reader = new PastReader(target);
  for (let pass = 1; ; pass += 1) {
    const namespaces = await source.namespaces();
    const written = await copyOnce(source, namespaces, target, (keys, versions) =>
      onProgress('copying', keys, versions),
    );
    const read = (keys: number, versions: number): void => onProgress('checking', keys, versions);
    const [there, here] = [await contentOf(source, namespaces, read), await contentOf(reader, namespaces, read)];
    if (there.digest === here.digest) return here;
    // The next pass fetches the writes of the meantime to the source; a pass that finds nothing cannot help.
    if (pass === 1 || (written > 0 && pass < maxPasses)) continue;
    throw new ConfigError('version_mismatch', `the copy differs: ${shown(there)} there, ${shown(here)} here`);
  }
}

/** Throws `unsupported`. */
function targetStore(store: Store): TargetStore {
  if (can(store, 'transfer')) return sourceStore(store) as TargetStore;
  throw new ConfigError('unsupported', 'the store to write cannot take over versions and times');
}

/** Returns how many versions it wrote. */
async function copyOnce(
  source: PastReader,
  namespaces: readonly string[],
  target: TargetStore,
  onCopied: (keys: number, versions: number) => void,
): Promise<number> {
  let keys = 0;
  let versions = 0;
  for (const namespace of namespaces) {
    for await (const page of source.pages(namespace)) {
      const names = page.map(({ key }) => key);
      const here = await target.find(namespace, { keys: names, includeDeleted: true });
      const states = new Map(here.entries.map((entry) => [entry.key, entry]));
      const missing = page.filter((last) => !isSame(last, states.get(last.key)));
      for await (const part of partsOf(source.histories(missing))) {
        await target.transfer(namespace, part);
        versions += part.length;
      }
      keys += page.length;
      onCopied(keys, versions);
    }
  }
  await target.transferAliases(await source.aliases());
  return versions;
}

const isSame = (there: Entry, here: Entry | undefined): boolean =>
  here !== undefined &&
  here.version === there.version &&
  here.deleted === there.deleted &&
  here.updatedAtMs === there.updatedAtMs;

async function* partsOf(histories: AsyncIterable<History>): AsyncGenerator<readonly TransferRecord[], void, undefined> {
  let part: TransferRecord[] = [];
  let bytes = 0;
  for await (const history of histories) {
    for (const entry of history) {
      part.push({ entry, requestId: '' });
      bytes += entry.size;
      if (part.length < maxRecords && bytes < maxRecordBytes) continue;
      yield part;
      part = [];
      bytes = 0;
    }
  }
  if (part.length > 0) yield part;
}

const shown = ({ keys, versions, aliases, digest }: Content): string =>
  `${keys} keys, ${versions} versions, ${aliases} aliases, digest ${digest.slice(0, 16)}`;
