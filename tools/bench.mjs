// npm run bench: builds, then runs the programs of bench/ one after the other and lets them print their tables.
//   npm run bench -- watch grpc        only those whose names contain one of the words
//   npm run bench -- grpc --runs 5     each five times, and the medians over the runs in the end
//   npm run bench -- --json rows.json  writes the medians, and what each run measured, to a file
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setUp } from './lib/setup.mjs';
import { environment, node24, root } from './lib/workspace.mjs';

const dir = join(root, 'bench');
const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '1' }, json: { type: 'string' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) fail(`--runs must be a whole number from 1, not ${values.runs}`);
const programs = readdirSync(dir)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace('.ts', ''))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();
if (programs.length === 0) fail(`no program in bench/ is called ${words.join(' or ')}`);

await setUp(['@cfg/bench']);

/** Each row of the tables, with what every run measured. */
const rows = new Map();
const failed = new Set();
for (let number = 1; number <= runs; number += 1) {
  for (const program of programs) {
    process.stdout.write(`\n${program}${runs > 1 ? `, run ${number} of ${runs}` : ''}\n`);
    if (!run(program)) failed.add(program);
  }
}
const medians = [...rows.values()].map(summary);
if (runs > 1) print(medians);
if (values.json) writeFileSync(resolve(root, values.json), `${JSON.stringify({ runs, rows: medians }, null, 2)}\n`);
if (failed.size > 0) fail(`failed: ${[...failed].join(', ')}`);

/** Runs a program, and notes its rows. */
function run(program) {
  const notes = mkdtempSync(join(tmpdir(), 'cfg-bench-'));
  const file = join(notes, 'rows');
  try {
    // --expose-gc: the programs that weigh memory ask for a collection first.
    const { status } = spawnSync(node24, ['--expose-gc', join(dir, 'dist', `${program}.js`)], {
      cwd: dir,
      env: { ...environment, BENCH_ROWS: file },
      stdio: 'inherit',
    });
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    for (const row of lines.map((line) => JSON.parse(line))) {
      const name = `${program}\n${row.table}\n${row.what}`;
      rows.set(name, [...(rows.get(name) ?? []), { program, ...row }]);
    }
    return status === 0;
  } finally {
    rmSync(notes, { recursive: true });
  }
}

/** A row of all runs as one: the run with the median ratio (of rows without a baseline, value), and the other ratios. */
function summary(measured) {
  const sorted = measured.toSorted((a, b) => (a.ratio ?? a.ours) - (b.ratio ?? b.ours));
  return { ...sorted[Math.floor(sorted.length / 2)], of: measured.map(({ ratio, ours }) => ratio ?? ours) };
}

function print(medians) {
  process.stdout.write(`\nmedians of ${runs} runs\n`);
  let table;
  for (const { program, table: own, what, unit, ours, ratio, of, ok, goal } of medians) {
    if (own !== table) process.stdout.write(`\n${program}: ${own}\n`);
    table = own;
    const digits = ratio === null ? 0 : 2;
    const [value, least, most] = [ratio ?? ours, Math.min(...of), Math.max(...of)].map((n) => n.toFixed(digits));
    const verdict = ok === null ? '' : `  (goal ${goal}) ${ok ? 'ok' : 'BELOW'}`;
    const what44 = what.padEnd(44);
    process.stdout.write(
      `${what44}${value.padStart(9)}  ${least} to ${most}${ratio === null ? ` ${unit}` : ''}${verdict}\n`,
    );
  }
}

function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}
