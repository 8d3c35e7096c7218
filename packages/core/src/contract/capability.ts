/**
 * The abilities of a store beyond `get`, `set`, `delete`, `find` and `watch`: each capability with the methods that it
 * brings. One without methods widens methods that every store has: it allows options and fields.
 */
export const capabilities = {
  /** A store-wide revision for every change; resumed watches; reads at a revision. */
  revisions: ['revision'],
  /** Compare-and-set: `ifVersion`. */
  cas: [],
  /** Entries that expire: `ttlMs`. */
  ttl: [],
  /** Repeats of a write are recognised: `requestId`. */
  requests: [],
  /** Deleted keys can be listed, and their history read: `includeDeleted`. */
  tombstones: [],
  batch: ['batch'],
  restore: ['restore'],
  /** `author` and `comment` are kept with every change. */
  authors: [],
  /** Entries are found by a text in their key or value. */
  search: ['search'],
  audit: ['audit'],
  snapshot: ['snapshot'],
  versions: ['versions'],
  aliases: ['setAlias', 'deleteAlias', 'getAlias', 'listAliases'],
  namespaces: ['namespaces'],
  stats: ['stats'],
  health: ['health'],
  codecs: ['supportsCodec'],
  /** Takes over what another store has, history and all. */
  transfer: ['transfer', 'transferAliases', 'everyNamespace'],
} as const;

export type Capability = keyof typeof capabilities;

/** The capabilities that a server announces in the header `cfg-features`, in the header's order. */
export const announced = [
  'revisions',
  'cas',
  'ttl',
  'requests',
  'tombstones',
  'batch',
  'restore',
  'authors',
  'search',
  'audit',
] as const;
