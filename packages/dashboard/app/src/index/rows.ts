import type { KeyInfo } from './key-info.ts';

/** Numbers per row: place of the key (of a folder: of its first), depth, and for a folder how many keys are in it. */
export const rowSize = 3;

export interface Row {
  readonly index: number;
  readonly depth: number;
  /** Keys in the folder; 0: it is a key. */
  readonly count: number;
}

export function rowAt(rows: Int32Array, at: number): Row {
  const start = at * rowSize;
  return { index: rows[start] ?? 0, depth: rows[start + 1] ?? 0, count: rows[start + 2] ?? 0 };
}

/** The path of a folder's row, with its last slash: `app/db/`. */
export function folderOf(key: string, depth: number): string {
  let end = -1;
  for (let level = 0; level <= depth; level += 1) end = key.indexOf('/', end + 1);
  return key.slice(0, end + 1);
}

/** One row per key. */
export function flatRows(matches: Uint32Array): Int32Array<ArrayBuffer> {
  const rows = new Int32Array(matches.length * rowSize);
  for (const [at, index] of matches.entries()) rows[at * rowSize] = index;
  return rows;
}

/**
 * The rows of a tree: folders where keys have slashes, with what is in those that are expanded. Takes time by what is
 * shown, not by what is in folders that are shut.
 */
export function treeRows(
  infos: readonly KeyInfo[],
  matches: Uint32Array,
  isExpanded: (folder: string) => boolean,
): Int32Array<ArrayBuffer> {
  const rows: number[] = [];
  const keyAt = (at: number): string => infos[matches[at] ?? 0]?.key ?? '';

  /** The end of the run of keys from `low` on that begin with `prefix`. */
  const endOf = (prefix: string, low: number, high: number): number => {
    let [from, to] = [low, high];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (keyAt(middle).startsWith(prefix)) from = middle + 1;
      else to = middle;
    }
    return from;
  };

  const walk = (low: number, high: number, start: number, depth: number): void => {
    for (let at = low; at < high; ) {
      const key = keyAt(at);
      const slash = key.indexOf('/', start);
      if (slash < 0) {
        rows.push(matches[at] ?? 0, depth, 0);
        at += 1;
        continue;
      }
      const folder = key.slice(0, slash + 1);
      const end = endOf(folder, at, high);
      rows.push(matches[at] ?? 0, depth, end - at);
      if (isExpanded(folder)) walk(at, end, slash + 1, depth + 1);
      at = end;
    }
  };
  walk(0, matches.length, 0, 0);
  return Int32Array.from(rows);
}
