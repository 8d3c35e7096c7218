import type { KeyInfo } from './key-info.ts';

/**
 * A test of keys by what was typed: words that must all be in the key, in any case, and `author:ann`, `codec:yaml`,
 * `note:ticket`, `is:deleted`, `is:expiring`. Undefined where there is nothing to test.
 */
export function compileFilter(text: string): ((info: KeyInfo) => boolean) | undefined {
  const tests = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(testOf);
  if (tests.length === 0) return undefined;
  return (info) => tests.every((test) => test(info));
}

function testOf(word: string): (info: KeyInfo) => boolean {
  const [, field, wanted = ''] = /^(author|codec|note|is):(.+)$/.exec(word) ?? [];
  if (field === 'author') return ({ author }) => author.toLowerCase().includes(wanted);
  if (field === 'codec') return ({ codec }) => codec.toLowerCase().includes(wanted);
  if (field === 'note') return ({ comment }) => comment.toLowerCase().includes(wanted);
  if (field === 'is' && wanted === 'deleted') return ({ deleted }) => deleted;
  if (field === 'is' && wanted === 'expiring') return ({ expiresAt }) => expiresAt !== undefined;
  return ({ key }) => key.toLowerCase().includes(word);
}

/** The places of the infos that the filter takes. */
export function matching(infos: readonly KeyInfo[], filter: string): Uint32Array<ArrayBuffer> {
  const test = compileFilter(filter);
  const found = new Uint32Array(infos.length);
  let count = 0;
  for (const [index, info] of infos.entries()) {
    if (test && !test(info)) continue;
    found[count] = index;
    count += 1;
  }
  return found.slice(0, count);
}
