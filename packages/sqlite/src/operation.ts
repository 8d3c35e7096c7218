import type { Alias, DeleteOptions, EncodedValue, Entry, SetOptions } from '@cfg/core';

/** What a caller wants written, as plain data: it may be sent to another thread. Names and keys are checked already. */
export type Operation =
  | {
      readonly type: 'set';
      readonly namespace: string;
      readonly key: string;
      /** Its bytes belong to the operation: no one else changes them. */
      readonly value: EncodedValue;
      readonly options: Omit<SetOptions, 'signal'>;
    }
  | {
      readonly type: 'delete';
      readonly namespace: string;
      readonly key: string;
      readonly options: Omit<DeleteOptions, 'signal'>;
    }
  | {
      readonly type: 'set_many';
      readonly namespace: string;
      readonly values: readonly (readonly [key: string, value: EncodedValue])[];
    }
  | { readonly type: 'delete_many'; readonly namespace: string; readonly keys: readonly string[] }
  | { readonly type: 'set_alias'; readonly alias: string; readonly target: string }
  | { readonly type: 'delete_alias'; readonly alias: string }
  /** Commits deletions that are due by expiry. */
  | { readonly type: 'expire' };

/** What each operation answers. */
export interface Answers {
  set: Entry;
  delete: undefined;
  set_many: readonly Entry[];
  delete_many: number;
  set_alias: Alias;
  delete_alias: undefined;
  expire: undefined;
}

export type Answer = Answers[keyof Answers];

/** How one operation of a batch went: refused by the rules, or done. */
export type Outcome =
  | { readonly done: true; readonly answer: Answer }
  | { readonly done: false; readonly error: unknown };
