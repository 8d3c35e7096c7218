import { fromText } from '../../api/bytes.ts';
import type { Entry } from '../../api/types.ts';
import type { Translate } from '../../i18n/translate.ts';
import type { PlannedChange } from '../../review/planned-change.ts';
import { writeJson } from '../../value/json.ts';
import { complaintAbout } from '../keys/dialogs/common.ts';
import { sameValue } from '../matrix/matrix-rows.ts';
import { type Item, mappedName, split } from './formats.ts';

export interface ImportOptions {
  /** Put before each name. */
  readonly prefix: string;
  /** Objects become keys of their own. */
  readonly splits: boolean;
  /** Names that cannot be keys are changed to ones that can. */
  readonly maps: boolean;
  /** Keys below the prefix that are not in the text are deleted. */
  readonly prunes: boolean;
}

export interface ImportPlan {
  readonly changes: readonly PlannedChange[];
  readonly unchanged: number;
  /** The lines that cannot be a key or a value, each with the reason. */
  readonly refused: readonly { readonly name: string; readonly why: string }[];
  /** Names that were changed. */
  readonly mapped: readonly { readonly name: string; readonly key: string }[];
}

/** The writes that give a namespace the content of the text. */
export function planImport(
  items: readonly Item[],
  present: ReadonlyMap<string, Entry>,
  { prefix, splits, maps, prunes }: ImportOptions,
  t: Translate,
): ImportPlan {
  const changes = new Map<string, PlannedChange>();
  const [refused, mapped]: [ImportPlan['refused'][number][], ImportPlan['mapped'][number][]] = [[], []];
  const named = new Set<string>();
  let unchanged = 0;
  for (const item of splits ? split(items) : items) {
    const wanted = prefix + item.name;
    const key = maps ? mappedName(wanted) : wanted;
    const why = key === '' ? t('keyEmpty') : complaintAbout(key, t);
    if (why !== undefined) refused.push({ name: item.name, why });
    else if (named.has(key)) refused.push({ name: item.name, why: t('importTwice', { key }) });
    else if ('data' in item && item.data === null) refused.push({ name: item.name, why: t('importNull') });
    else {
      named.add(key);
      if (key !== wanted) mapped.push({ name: wanted, key });
      const old = present.get(key);
      const next = valueOfItem(item, old);
      if (old !== undefined && sameValue(old, { ...old, ...next, masked: old.masked }) === true) unchanged += 1;
      else changes.set(key, { key, old, next });
    }
  }
  if (prunes) {
    for (const [key, old] of present) {
      if (key.startsWith(prefix) && !named.has(key)) changes.set(key, { key, old, next: undefined });
    }
  }
  return { changes: [...changes.values()].sort((a, b) => (a.key < b.key ? -1 : 1)), unchanged, refused, mapped };
}

/** A key that is a secret stays one. */
function valueOfItem(item: Item, old: Entry | undefined) {
  const isSecret = old?.secret ?? false;
  if (!('data' in item)) return { value: item.bytes, codec: item.codec, secret: isSecret || item.codec === 'secret' };
  const codec = old?.codec === 'secret' ? 'secret' : 'json';
  const isText = codec === 'secret' && typeof item.data === 'string';
  return { value: fromText(isText ? String(item.data) : writeJson(item.data)), codec, secret: isSecret };
}
