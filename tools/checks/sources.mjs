// Rules for the sources that no other program checks: files stay short, and no check is switched off in them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sources as all } from '../lib/sources.mjs';
import { root } from '../lib/workspace.mjs';

const maxLines = 300;
const switchedOff = /@ts-(?:ignore|nocheck)\b|biome-ignore\b/;

export default async function sources() {
  const complaints = [];
  for (const { path, lines, isTest } of await all()) {
    if (lines > maxLines) complaints.push(`${path}: ${lines} lines; a file of more than ${maxLines} is two`);
    if (isTest || path === 'tools/checks/sources.mjs') continue;
    for (const [index, line] of readFileSync(join(root, path), 'utf8').split('\n').entries()) {
      if (switchedOff.test(line)) complaints.push(`${path}:${index + 1}: ${line.trim()}`);
    }
  }
  return complaints;
}
