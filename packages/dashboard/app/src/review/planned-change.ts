import { type BatchOutcome, batch, getEntry } from '../api/calls.ts';
import type { Entry, Operation } from '../api/types.ts';

/** A write that is shown before it is made. */
export interface PlannedChange {
  readonly key: string;
  /** The present entry, which is the condition of the write; undefined: none. */
  readonly old: Entry | undefined;
  /** The wanted value; undefined: none. */
  readonly next: NewValue | undefined;
}

export interface NewValue {
  readonly value: Uint8Array;
  readonly codec: string;
  readonly secret: boolean;
  /** Where the value is, if the server has kept it back: it is asked for when it is written. */
  readonly masked?: { readonly namespace: string; readonly key: string; readonly revision?: number } | undefined;
}

/** As many as the server writes at once. */
export const maxOperations = 1_000;

/**
 * The value of an entry, to be written elsewhere.
 *
 * @param revision when it was there; 0: now
 */
export const newValueOf = ({ namespace, key, value, codec, secret, masked }: Entry, revision = 0): NewValue => ({
  value,
  codec,
  secret,
  ...(masked && { masked: { namespace, key, revision } }),
});

async function operationOf({ key, old, next }: PlannedChange): Promise<Operation> {
  const ifVersion = old?.version ?? 0;
  if (next === undefined) return { kind: 'delete', key, ifVersion };
  const { masked, codec } = next;
  const value = masked ? await revealed(masked) : next.value;
  return { kind: 'set', key, value, codec, ifVersion };
}

async function revealed({ namespace, key, revision = 0 }: NonNullable<NewValue['masked']>): Promise<Uint8Array> {
  return (await getEntry(namespace, key, { reveal: true, revision })).value;
}

export interface Writing {
  readonly dryRun?: boolean | undefined;
  readonly comment?: string | undefined;
  readonly requestId?: string | undefined;
}

/**
 * Writes all changes or none. Throws `ApiError`, of kind `conflict` where one of the keys is not as it was shown. Values
 * that the server keeps back are asked for only where they are written: a dry run leaves them out.
 */
export async function write(
  namespace: string,
  changes: readonly PlannedChange[],
  options: Writing,
): Promise<BatchOutcome> {
  const known = options.dryRun ? changes.filter(({ next }) => next?.masked === undefined) : changes;
  if (known.length === 0) return { entries: [], lastRevision: 0 };
  return batch(namespace, await Promise.all(known.map(operationOf)), options);
}

/** Takes the changes back, unless somebody has written one of the keys since. */
export async function takeBack(
  namespace: string,
  changes: readonly PlannedChange[],
  { entries }: BatchOutcome,
): Promise<BatchOutcome> {
  const versions = new Map(entries.map(({ key, version }) => [key, version]));
  const operations = changes.map(({ key, old, next }): Operation => {
    const ifVersion = next === undefined ? 0 : versions.get(key);
    if (old === undefined) return { kind: 'delete', key, ifVersion };
    return { kind: 'set', key, value: old.value, codec: old.codec, ifVersion };
  });
  return batch(namespace, operations, { requestId: crypto.randomUUID() });
}

/** Whether {@link takeBack} knows all that was there. */
export const canTakeBack = (changes: readonly PlannedChange[]): boolean => changes.every(({ old }) => !old?.masked);
