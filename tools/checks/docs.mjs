// The documentation site: it is built, no link leads nowhere, and a reader's browser asks nobody but the site.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from '../lib/process.mjs';
import { bin, node24, root } from '../lib/workspace.mjs';

const home = join(root, 'docs');
const site = join(home, '.vitepress/dist');

export default async function docs() {
  for (const [program, ...args] of [
    [node24, 'generate.mjs'],
    [node24, bin('vitepress', home).replace(/\.bin.+$/, 'vitepress/bin/vitepress.js'), 'build'],
  ]) {
    const { code, output } = await run(program, args, { cwd: home, timeoutMs: 300_000 });
    if (code !== 0) return [`${args[0]}: exit code ${code}\n${output}`];
  }
  const pages = readdirSync(site, { recursive: true }).filter((file) => file.endsWith('.html'));
  const complaints = pages.length > 40 ? [] : [`only ${pages.length} pages`];
  for (const page of pages) {
    const html = readFileSync(join(site, page), 'utf8');
    const foreign = html.match(/<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?\/\/[^"]*"/g) ?? [];
    complaints.push(...foreign.map((tag) => `${relative(site, join(site, page))} asks another site: ${tag}`));
  }
  return complaints;
}
