import type { RegoValue } from '../rego/value.js';
import { arrayAt, type Builtins, stringAt, stringsAt, wholeAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';
import { sprintf } from './sprintf.js';

export const stringBuiltins: Builtins = {
  sprintf: (args) => sprintf(stringAt(args, 0), arrayAt(args, 1)),
  'strings.any_prefix_match': (args) => anyPair(args, (text, prefix) => text.startsWith(prefix)),
  'strings.any_suffix_match': (args) => anyPair(args, (text, suffix) => text.endsWith(suffix)),
  'strings.count': (args) => {
    const [text, search] = [stringAt(args, 0), stringAt(args, 1)];
    return BigInt(search === '' ? [...text].length + 1 : text.split(search).length - 1);
  },
  'strings.split_n': (args) => splitN(stringAt(args, 0), stringAt(args, 1), wholeAt(args, 2)),
  indexof_n: (args) => indexesOf([...stringAt(args, 0)], [...stringAt(args, 1)]),
  'glob.quote_meta': (args) => stringAt(args, 0).replace(/[*?\\[\]{}]/g, '\\$&'),
};

function anyPair(args: readonly RegoValue[], matches: (text: string, affix: string) => boolean): boolean {
  const [texts, affixes] = [stringsAt(args, 0), stringsAt(args, 1)];
  return texts.some((text) => affixes.some((affix) => matches(text, affix)));
}

/** The first `count` parts; from the end where `count` is negative. */
function splitN(text: string, separator: string, count: number): readonly string[] {
  const parts = separator === '' ? [...text] : text.split(separator);
  return count < 0 ? parts.slice(Math.max(parts.length + count, 0)) : parts.slice(0, count);
}

/** Counted in characters, not in units of UTF-16; occurrences may overlap. */
function indexesOf(text: readonly string[], search: readonly string[]): bigint[] {
  if (search.length === 0) throw new BuiltinError('empty search character');
  const found: bigint[] = [];
  for (let at = 0; at + search.length <= text.length; at += 1) {
    if (search.every((character, offset) => text[at + offset] === character)) found.push(BigInt(at));
  }
  return found;
}
