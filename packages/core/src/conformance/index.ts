import { describe } from 'vitest';
import { aliases } from './aliases.js';
import { audit } from './audit.js';
import { author, comments } from './authors.js';
import { batch, restore } from './batch.js';
import { compareAndSet, expiry, requestIds, writeModes } from './conditions.js';
import { type Open, runSection, type Section, type SectionName } from './context.js';
import { defaultNamespace, entries, types } from './entries.js';
import { tombstones, versions } from './history.js';
import { find, namespaces, pageBytes } from './listing.js';
import { manifest } from './manifest.js';
import { badNames } from './names.js';
import { past } from './past.js';
import { search } from './search.js';
import { values } from './values.js';
import { cancellation, lifecycle, resume, slowWatcher, snapshot, watch } from './watching.js';

export { linearizableHistory, type OpenedTogether } from './concurrent-history.js';
export {
  dataOf,
  expectCode,
  having,
  json,
  type Open,
  type Opened,
  raw,
  type SectionName,
  take,
  wordOf,
} from './context.js';
export { doorLimits } from './doors.js';
export { type ModelOptions, type ModelPropertyOptions, modelProperty } from './model-property.js';
export { type TrailStoreOptions, trails } from './trails.js';
export { transfers } from './transfers.js';
export { type WatchPropertyOptions, watchProperty } from './watch-property.js';

const sections: Record<SectionName, Section> = {
  entries,
  'default namespace': defaultNamespace,
  'write modes': writeModes,
  'compare-and-set': compareAndSet,
  'request ids': requestIds,
  expiry,
  types,
  values,
  find,
  'page bytes': pageBytes,
  versions,
  tombstones,
  aliases,
  namespaces,
  batch,
  restore,
  past,
  author,
  comments,
  audit,
  search,
  capabilities: manifest,
  snapshot,
  watch,
  resume,
  'slow watcher': slowWatcher,
  cancellation,
  'bad names': badNames,
  lifecycle,
};

export interface ConformanceOptions {
  /** The sections that this store or door cannot say, each with the reason. They show as skipped. */
  readonly without?: Partial<Record<SectionName, string>>;
}

const plain = 'the bytes of values play no part; CFG_SEALED=whole runs it here too';

/**
 * The sections that a store with sealed values leaves to the same store without a seal, and search, which never looks at
 * secrets. `CFG_SEALED=whole` leaves out search alone.
 */
export const withoutWhenSealed: Partial<Record<SectionName, string>> = {
  ...(process.env.CFG_SEALED !== 'whole' && {
    'default namespace': plain,
    types: plain,
    aliases: plain,
    namespaces: plain,
    'bad names': plain,
    cancellation: plain,
    lifecycle: plain,
  }),
  search: 'the values of secrets are never searched',
};

/**
 * The suite that every store passes, whatever door leads to it. For vitest: call it in a test file with a function that
 * opens a connected, empty store; each test gets its own.
 */
export function storeConformance(name: string, open: Open, options: ConformanceOptions = {}): void {
  describe(`${name} is a store`, () => {
    for (const [section, tests] of Object.entries(sections) as [SectionName, Section][]) {
      runSection(section, tests, open, options.without?.[section]);
    }
  });
}
