import type { DataKeyState, KeyTable } from '@cfg/core/store';

/** After so long, or so many uses, a data key should be replaced. */
export const dueAfterMs: number = 90 * 24 * 3_600_000;
const dueAfterUses = 2 ** 30;

/** A data key, as an operator sees it. */
export interface KeyStatus {
  readonly id: number;
  readonly state: DataKeyState;
  /** Which key wrapped it. */
  readonly wrapper: string;
  readonly createdAtMs: number;
  /** How many values are sealed with it, past versions included. */
  readonly values: number;
  /** It is active, and older than 90 days or used for more than 2³⁰ values: rotate. */
  readonly isDue: boolean;
}

/** The data keys of a store, oldest first. */
export async function keyStatus(table: KeyTable, nowMs: number = Date.now()): Promise<readonly KeyStatus[]> {
  const [rows, { sealed, revision }] = await Promise.all([table.list(), table.counts()]);
  return rows.map(({ id, state, wrapper, createdAtMs, createdRevision }) => {
    const isOld = nowMs - createdAtMs > dueAfterMs || revision - createdRevision > dueAfterUses;
    return { id, state, wrapper, createdAtMs, values: sealed.get(id) ?? 0, isDue: state === 'active' && isOld };
  });
}
