import { appendFileSync } from 'node:fs';

/** One measured row. Where there is no baseline, `bare` and `ratio` are null. */
export interface Row {
  readonly table: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly bare: number | null;
  readonly ratio: number | null;
  /** Whether the goal is met; null where none is set. */
  readonly ok: boolean | null;
  readonly goal: string;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Measures ours and the baseline by turns, so that a noisy machine hits both, and returns the medians. */
export async function alternate(
  ours: () => Promise<number>,
  bare: () => Promise<number>,
  rounds = 7,
): Promise<{ ours: number; bare: number }> {
  await bare();
  await ours();
  const measured = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    measured.bare.push(await bare());
    measured.ours.push(await ours());
  }
  return { ours: median(measured.ours), bare: median(measured.bare) };
}

const number = (value: number | null): string =>
  (value === null ? '' : Math.round(value).toLocaleString('en-US')).padStart(11);

let table = '';

/** Begins a table of two measured columns. */
export function title(text: string, [own, baseline]: readonly [string, string] = ['ours', 'bare']): void {
  table = text;
  console.log(`\n${text}\n${'what'.padEnd(44)}${own.padStart(11)}${baseline.padStart(11)} ${'unit'.padEnd(7)} ratio`);
}

/** One line: what, ours, the baseline, the ratio, and whether the goal (a least ratio) is met where one is set. */
export function line(what: string, unit: string, { ours, bare }: { ours: number; bare: number }, goal?: number): void {
  const ratio = ours / bare;
  report({
    ...{ table, what, unit, ours, bare, ratio },
    ...(goal === undefined ? { ok: null, goal: '' } : { ok: ratio >= goal, goal: `>= ${goal}` }),
  });
}

/** One line without a baseline. */
export function plain(what: string, value: number, unit: string, goal: string, ok: boolean): void {
  report({ table, what, unit, ours: value, bare: null, ratio: null, ok, goal });
}

/** Prints the row, and tells it to tools/bench.mjs where that has asked for it. */
function report(row: Row): void {
  const verdict = row.ok === null ? '' : `  (goal ${row.goal}) ${row.ok ? 'ok' : 'BELOW'}`;
  const ratio = row.ratio === null ? '    ' : row.ratio.toFixed(2);
  console.log(`${row.what.padEnd(44)}${number(row.ours)}${number(row.bare)} ${row.unit.padEnd(7)} ${ratio}${verdict}`);
  if (process.env.BENCH_ROWS) appendFileSync(process.env.BENCH_ROWS, `${JSON.stringify(row)}\n`);
}
