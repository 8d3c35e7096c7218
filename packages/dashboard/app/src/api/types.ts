// Messages as the REST API writes them: proto3 JSON, int64 as text, bytes as base64.

/** One version of a key, its value decoded from base64. */
export interface Entry {
  readonly namespace: string;
  readonly key: string;
  readonly value: Uint8Array;
  readonly codec: string;
  /** The protocol's number of the value's type. */
  readonly type: number;
  readonly version: number;
  readonly revision: number;
  /** Milliseconds since 1970; 0 where the server does not tell. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number | undefined;
  readonly deleted: boolean;
  readonly author: string;
  readonly comment: string;
  /** It is to be shown to nobody by chance: kept in no storage, no title, no log. */
  readonly secret: boolean;
  /** The server has kept the value back; what is in `value` is not it, and is not to be written. */
  readonly masked: boolean;
}

export interface WireEntry {
  readonly namespace?: string;
  readonly key?: string;
  readonly value?: string;
  readonly codec?: string;
  readonly type?: number;
  readonly version?: string;
  readonly revision?: string;
  readonly createdAt?: string | null;
  readonly updatedAt?: string | null;
  readonly expiresAt?: string | null;
  readonly deleted?: boolean;
  readonly author?: string;
  readonly comment?: string;
  readonly secret?: boolean;
  readonly masked?: boolean;
}

export interface Alias {
  readonly alias: string;
  readonly target: string;
  readonly version: string;
  readonly createdAt: string | null;
}

export interface Access {
  readonly canRead: boolean;
  readonly canWrite: boolean;
  readonly canDelete: boolean;
  readonly canList: boolean;
  readonly canWatch: boolean;
  /** Absent where the server knows no masks: who may read may reveal. */
  readonly canReveal?: boolean;
}

export interface AuditRecord {
  readonly id: string;
  readonly time: string;
  readonly userId: string;
  readonly operation: string;
  readonly namespace: string;
  readonly key: string;
  readonly value?: string;
  readonly codec?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One write of a batch. */
export type Operation =
  | {
      readonly kind: 'set';
      readonly key: string;
      readonly value: Uint8Array;
      readonly codec: string;
      /** The version that is replaced; 0: the key must not exist; undefined: whatever there is. */
      readonly ifVersion?: number | undefined;
      /** How long from now until the key expires, in milliseconds; 0: never; undefined: as it was. */
      readonly ttlMs?: number | undefined;
    }
  | { readonly kind: 'delete'; readonly key: string; readonly ifVersion?: number | undefined };

/** The protocol's numbers of types that the page treats in a way of their own. */
export const secretType = 12;
