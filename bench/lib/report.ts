export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Measures ours and the baseline by turns, so that a noisy machine hits both, and answers the medians. */
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

const number = (value: number): string => Math.round(value).toLocaleString('en-US').padStart(11);

/** One line: what, ours, the baseline, the ratio, and whether the goal is met where one is set. */
export function line(what: string, unit: string, { ours, bare }: { ours: number; bare: number }, goal?: number): void {
  const ratio = ours / bare;
  const verdict = goal === undefined ? '' : `  (goal ${goal}) ${ratio >= goal ? 'ok' : 'BELOW'}`;
  console.log(`${what.padEnd(44)}${number(ours)}${number(bare)} ${unit.padEnd(7)} ${ratio.toFixed(2)}${verdict}`);
}

export function plain(what: string, value: number, unit: string, goal: string, ok: boolean): void {
  console.log(
    `${what.padEnd(44)}${number(value)}            ${unit.padEnd(7)}       (goal ${goal}) ${ok ? 'ok' : 'BELOW'}`,
  );
}

export function title(text: string): void {
  console.log(`\n${text}\n${'what'.padEnd(44)}${'ours'.padStart(11)}${'bare'.padStart(11)} ${'unit'.padEnd(7)} ratio`);
}
