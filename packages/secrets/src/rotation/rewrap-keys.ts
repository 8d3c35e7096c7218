import { ConfigError } from '@cfg/core';
import type { DataKeyRow, KeyTable } from '@cfg/core/store';
import { rewrapDataKey, unwrapDataKey } from '../keys/data-key.js';
import type { KeyWrapper } from '../wrappers/key-wrapper.js';

/**
 * Wraps the data keys of a store by another key, in place of the one before: no value is touched. Every key is unwrapped
 * again by the new one before anything is written, all are replaced at once, and what the store has then is read back
 * and unwrapped. So it may be ended at any point, and repeated. With the same wrapper twice, a key service wraps with
 * the newest version of its key.
 *
 * Returns how many keys were wrapped anew. Rejects with `invalid_argument` where neither wrapper has a key, and as the
 * wrappers do; then nothing has changed.
 */
export async function rewrapKeys(table: KeyTable, from: KeyWrapper, to: KeyWrapper): Promise<number> {
  const rows = await table.list();
  const rewrapped: DataKeyRow[] = [];
  for (const row of rows) {
    if (row.state === 'destroyed') continue;
    if (row.wrapper === from.id) rewrapped.push(await rewrapDataKey(row, from, to));
    else await unwrapDataKey(to, row);
  }
  await table.update((now) => {
    const isSame = now.length === rows.length && now.every((row, at) => isUnchanged(row, rows[at]));
    if (isSame) return rewrapped;
    throw new ConfigError('unavailable', 'the data keys were changed meanwhile by somebody else: nothing was done');
  });
  await checkWrapper(table, to);
  return rewrapped.length;
}

/** Unwraps every data key of a store. Rejects with `invalid_argument` where the wrapper does not have one. */
export async function checkWrapper(table: KeyTable, wrapper: KeyWrapper): Promise<void> {
  for (const row of await table.list()) if (row.state !== 'destroyed') await unwrapDataKey(wrapper, row);
}

const isUnchanged = (row: DataKeyRow, before: DataKeyRow | undefined): boolean =>
  row.id === before?.id && row.state === before.state && Buffer.compare(row.wrapped, before.wrapped) === 0;
