import { sameBytes, toText } from '../../api/bytes.ts';
import type { Entry } from '../../api/types.ts';
import { byStage } from '../../state/stages.ts';
import { readJson, sameData } from '../../value/json.ts';
import { languageOf } from '../../value/language.ts';

/** The state of a key in a namespace, compared with that in the first namespace. */
export type CellState = 'same' | 'different' | 'missing' | 'unknown';

export interface MatrixRow {
  readonly key: string;
  /** One for each namespace, in their order. */
  readonly cells: readonly { readonly entry: Entry | undefined; readonly state: CellState }[];
  readonly differs: boolean;
}

/** Whether two values say the same; the order of a JSON object's members does not count. */
export function sameValue(a: Entry, b: Entry): boolean | undefined {
  if (a.masked || b.masked) return undefined;
  if (a.codec !== b.codec) return false;
  if (sameBytes(a.value, b.value)) return true;
  if (languageOf(a.codec) !== 'json') return false;
  try {
    return sameData(readJson(toText(a.value) ?? ''), readJson(toText(b.value) ?? ''));
  } catch {
    return false;
  }
}

/** A row for each key that one of the namespaces has; those that differ come first. */
export function matrixRows(columns: readonly ReadonlyMap<string, Entry>[]): readonly MatrixRow[] {
  const keys = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort();
  const rows = keys.map((key) => rowOf(key, columns));
  return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
}

function rowOf(key: string, columns: readonly ReadonlyMap<string, Entry>[]): MatrixRow {
  const entries = columns.map((column) => column.get(key));
  const first = entries.find((entry) => entry !== undefined);
  const cells = entries.map((entry) => ({ entry, state: stateOf(entry, first) }));
  return { key, cells, differs: cells.some(({ state }) => state === 'different' || state === 'missing') };
}

function stateOf(entry: Entry | undefined, first: Entry | undefined): CellState {
  if (entry === undefined || first === undefined) return 'missing';
  if (entry === first) return 'same';
  const isSame = sameValue(first, entry);
  if (isSame === undefined) return 'unknown';
  return isSame ? 'same' : 'different';
}

/** Groups of namespaces that belong together by their names: `shop:dev`, `shop:prod`. */
export function relatedGroups(namespaces: readonly string[]): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const name of namespaces) {
    const stem = /^(.+)[:.\-_][^:.\-_]+$/.exec(name)?.[1];
    if (stem === undefined) continue;
    const group = groups.get(stem);
    if (group) group.push(name);
    else groups.set(stem, [name]);
  }
  return [...groups.values()].filter(({ length }) => length > 1).map(byStage);
}
