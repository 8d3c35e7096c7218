import type { Entry } from '../api/types.ts';

/** The page's knowledge of a key of a namespace: all but the value. */
export interface KeyInfo {
  readonly key: string;
  readonly codec: string;
  readonly type: number;
  readonly version: number;
  readonly revision: number;
  readonly updatedAt: number;
  readonly expiresAt: number | undefined;
  readonly deleted: boolean;
  readonly author: string;
  readonly comment: string;
  readonly secret: boolean;
}

export const infoOf = (entry: Entry): KeyInfo => ({
  key: entry.key,
  codec: entry.codec,
  type: entry.type,
  version: entry.version,
  revision: entry.revision,
  updatedAt: entry.updatedAt,
  expiresAt: entry.expiresAt,
  deleted: entry.deleted,
  author: entry.author,
  comment: entry.comment,
  secret: entry.secret,
});

/** A change of a key: what it is now, or that it is no more. */
export type KeyChange =
  | { readonly kind: 'set'; readonly info: KeyInfo }
  | { readonly kind: 'delete'; readonly key: string; readonly revision: number };
