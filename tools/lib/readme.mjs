// The TypeScript examples of a README. Every ```ts block is one and is run, unless it says ```ts no-run.

/**
 * @param {string} markdown
 * @returns {{ line: number, code: string }[]} with the line of the README that the code starts in
 */
export function examplesOf(markdown) {
  const examples = [];
  let open;
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    const fence = /^ {0,3}(`{3,}|~{3,})\s*(.*)$/.exec(line);
    if (open === undefined) {
      if (fence) open = { fence: fence[1], info: fence[2].trim(), line: index + 2, code: [] };
    } else if (fence && fence[2] === '' && fence[1].startsWith(open.fence)) {
      const [language, ...words] = open.info.split(/\s+/);
      if (language === 'ts' && !words.includes('no-run')) {
        examples.push({ line: open.line, code: `${open.code.join('\n')}\n` });
      }
      open = undefined;
    } else {
      open.code.push(line);
    }
  }
  return examples;
}
