// Three versions into one: what only one side changed is taken, what both changed is a conflict.
import { diff3Merge } from 'node-diff3';
import { type Data, isMap, readJson, sameData, writeJson } from './json.ts';
import type { Language } from './language.ts';

export interface Conflict {
  /** The path or the line in question. */
  readonly where: string;
  /** Empty: there is nothing at that place. */
  readonly base: string;
  readonly theirs: string;
  readonly mine: string;
}

export type Choice = 'theirs' | 'mine' | 'both';

export interface Merge {
  readonly conflicts: readonly Conflict[];
  /** The text, with a choice for each conflict in its order; one that is not chosen is mine. */
  resolve(choices: readonly (Choice | undefined)[]): string;
}

/** Merges texts. JSON whose lines clash is merged by its paths. */
export function merge(language: Language, base: string, theirs: string, mine: string): Merge {
  const lines = mergeLines(base, theirs, mine);
  if (language !== 'json') return lines;
  if (lines.conflicts.length === 0 && isJson(lines.resolve([]))) return lines;
  return mergeJson(base, theirs, mine) ?? lines;
}

function mergeLines(base: string, theirs: string, mine: string): Merge {
  const split = (text: string): string[] => text.split('\n');
  // The left of node-diff3 is "a": mine.
  const regions = diff3Merge(split(mine), split(base), split(theirs), { excludeFalseConflicts: true });
  let line = 1;
  const conflicts: Conflict[] = [];
  for (const { ok, conflict } of regions) {
    if (conflict) {
      const { a, o, b } = conflict;
      conflicts.push({ where: String(line), base: o.join('\n'), theirs: b.join('\n'), mine: a.join('\n') });
    }
    line += ok?.length ?? conflict?.a.length ?? 0;
  }
  const resolve = (choices: readonly (Choice | undefined)[]): string => {
    let at = 0;
    const taken = regions.flatMap(({ ok, conflict }) => {
      if (!conflict) return ok ?? [];
      const choice = choices[at] ?? 'mine';
      at += 1;
      if (choice === 'both') return [...conflict.b, ...conflict.a];
      return choice === 'theirs' ? conflict.b : conflict.a;
    });
    return taken.join('\n');
  };
  return { conflicts, resolve };
}

const isJson = (text: string): boolean => parsed(text) !== undefined;

function parsed(text: string): Data | undefined {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

const shown = (data: Data | undefined): string => (data === undefined ? '' : writeJson(data));

/** Undefined if one of them is not JSON. */
function mergeJson(baseText: string, theirsText: string, mineText: string): Merge | undefined {
  const [base, theirs, mine] = [parsed(baseText), parsed(theirsText), parsed(mineText)];
  if (theirs === undefined || mine === undefined) return undefined;
  const conflicts: Conflict[] = [];
  combine(base, theirs, mine, '', (where, b, t, m) => {
    conflicts.push({ where, base: shown(b), theirs: shown(t), mine: shown(m) });
    return m;
  });
  const resolve = (choices: readonly (Choice | undefined)[]): string => {
    let at = 0;
    const data = combine(base, theirs, mine, '', (_where, _b, t, m) => {
      const choice = choices[at] ?? 'mine';
      at += 1;
      if (choice === 'both' && Array.isArray(t) && Array.isArray(m)) return [...t, ...m];
      return choice === 'theirs' ? t : m;
    });
    return shown(data);
  };
  return { conflicts, resolve };
}

type Settle = (
  where: string,
  base: Data | undefined,
  theirs: Data | undefined,
  mine: Data | undefined,
) => Data | undefined;

function combine(
  base: Data | undefined,
  theirs: Data | undefined,
  mine: Data | undefined,
  path: string,
  settle: Settle,
): Data | undefined {
  if (sameData(theirs, mine) || sameData(base, theirs)) return mine;
  if (sameData(base, mine)) return theirs;
  if (!isMap(theirs) || !isMap(mine)) return settle(path === '' ? '/' : path, base, theirs, mine);
  const known = isMap(base) ? base : {};
  // In the order of mine; what they have added comes at the end.
  const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])];
  const entries = keys.flatMap((key): [string, Data][] => {
    const value = combine(at(known, key), at(theirs, key), at(mine, key), `${path}/${key}`, settle);
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

const at = (map: Readonly<Record<string, Data>>, key: string): Data | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;
