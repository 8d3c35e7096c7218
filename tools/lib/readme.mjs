// The instructions of a README: its TypeScript examples, and the packages that it says to install.

/**
 * The TypeScript examples. Every ```ts block is one, and is run, unless it says ```ts no-run. One that
 * imports what is not installed says ```ts no-check besides, and is none.
 *
 * @param {string} markdown
 * @returns {{ line: number, code: string, runs: boolean }[]} with the line of the README that the code starts in
 */
export function examplesOf(markdown) {
  return blocksOf(markdown)
    .filter(({ language, words }) => language === 'ts' && !words.includes('no-check'))
    .map(({ line, code, words }) => ({ line, code, runs: !words.includes('no-run') }));
}

/**
 * The packages of each `npm install` in the ```sh blocks, without flags.
 *
 * @param {string} markdown
 * @returns {string[][]}
 */
export function installsOf(markdown) {
  return blocksOf(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => [...code.matchAll(/^npm (?:i|install) ([^#\n]+)/gm)])
    .map(([, names]) => names.split(/\s+/).filter((name) => name !== '' && !name.startsWith('-')));
}

function blocksOf(markdown) {
  const blocks = [];
  let open;
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    const fence = /^ {0,3}(`{3,}|~{3,})\s*(.*)$/.exec(line);
    if (open === undefined) {
      if (fence) open = { fence: fence[1], info: fence[2].trim(), line: index + 2, code: [] };
    } else if (fence && fence[2] === '' && fence[1].startsWith(open.fence)) {
      const [language, ...words] = open.info.split(/\s+/);
      blocks.push({ language, words, line: open.line, code: `${open.code.join('\n')}\n` });
      open = undefined;
    } else {
      open.code.push(line);
    }
  }
  return blocks;
}
